import { noteSocketAddresses } from './caller-address/note-socket-addresses.ts'
import { isDevelopment, isServing, requestBounds } from './env.ts'
import { installRequestFilter } from './request-filter/install-request-filter.ts'
import { delaySignals } from './shutdown.ts'
import { structureOutput } from './structured-output.ts'

/**
 * Prepares a process of the server: what it prints, how it ends, which requests it accepts, and where they come from. Call it once.
 *
 * @throws `ERR_ENV_INVALID` if a bound or the number of proxies is not valid
 */
export function prepareProcess(): void {
  if (isServing()) {
    structureOutput()
    delaySignals()
  }
  installRequestFilter(requestBounds(), { upgrades: isDevelopment() })
  noteSocketAddresses()
}
