import { isServing, requestBounds } from './env.ts'
import { installRequestFilter } from './request-filter/install-request-filter.ts'
import { structureOutput } from './structured-output.ts'

/**
 * Prepares a process of the server: what it prints and which requests it accepts. Call it once.
 *
 * @throws `ERR_ENV_INVALID` if a bound is not valid
 */
export function prepareProcess(): void {
  if (isServing()) structureOutput()
  installRequestFilter(requestBounds())
}
