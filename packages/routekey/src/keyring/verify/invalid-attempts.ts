import { checkWholeNumber } from '../check-whole-number.ts'
import { parseIp } from './ip-range.ts'

/** Options of the throttle for keys that are not valid. */
export interface InvalidAttemptsOptions {
  /** Keys that are not valid from one address in one window; after them, every request from there is refused. */
  readonly quota: number
  readonly windowSeconds: number
  /** Default 10,000. Beyond it, the address that was first seen longest ago is forgotten. */
  readonly maximumAddresses?: number
}

/** The throttle for keys that are not valid. */
export interface InvalidAttempts {
  /** Seconds for which an address is refused; 0 for one that is not. */
  refusedForSeconds(address: string, now: Date): number
  record(address: string, now: Date): void
}

/**
 * Names who shares a count: an IPv4 address, or the 64-bit prefix of an IPv6 address, because a single customer has all of the
 * addresses under it.
 */
function source(address: string): string {
  const ip = parseIp(address)
  if (ip === null) return address.slice(0, 64)
  return ip.bits === 32 ? `4:${ip.value}` : `6:${ip.value >> 64n}`
}

/**
 * Creates the throttle. It saves reads and noise; it is not what keeps keys from being guessed, which their length does. The
 * window starts with the first attempt and is not prolonged by further ones.
 *
 * @throws `ERR_CONFIG_KEYRING`
 */
export function createInvalidAttempts(options: InvalidAttemptsOptions): InvalidAttempts {
  const { quota, windowSeconds, maximumAddresses = 10_000 } = options
  for (const [name, value] of Object.entries({ quota, windowSeconds, maximumAddresses })) {
    checkWholeNumber('ERR_CONFIG_KEYRING', `invalidAttempts.${name}`, value)
  }
  const counts = new Map<string, { count: number; readonly endsAt: number }>()

  function current(address: string, now: Date) {
    const entry = counts.get(source(address))
    return entry !== undefined && entry.endsAt > now.getTime() ? entry : undefined
  }

  return {
    refusedForSeconds(address, now) {
      const entry = current(address, now)
      return entry !== undefined && entry.count >= quota ? (entry.endsAt - now.getTime()) / 1000 : 0
    },
    record(address, now) {
      const entry = current(address, now)
      if (entry !== undefined) {
        entry.count += 1
        return
      }
      counts.delete(source(address))
      counts.set(source(address), { count: 1, endsAt: now.getTime() + windowSeconds * 1000 })
      const [oldest] = counts.keys()
      if (counts.size > maximumAddresses && oldest !== undefined) counts.delete(oldest)
    },
  }
}
