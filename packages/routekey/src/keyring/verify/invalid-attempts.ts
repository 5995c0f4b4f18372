import { checkWholeNumber } from '../check-whole-number.ts'
import { parseIp } from './ip-range.ts'

export interface InvalidAttemptsOptions {
  /** Invalid keys from one address in one window. After them, every request from that address is refused. */
  readonly quota: number
  readonly windowSeconds: number
  /** Default 10,000. When there are more, the address that was seen first is dropped. */
  readonly maximumAddresses?: number
}

export interface InvalidAttempts {
  /** Returns for how many seconds an address is refused; 0 if it is not. */
  refusedForSeconds(address: string, now: Date): number
  record(address: string, now: Date): void
}

/** Groups the addresses that share a count: an IPv4 address, or a 64-bit prefix of IPv6, which one customer has as a whole. */
function source(address: string): string {
  const ip = parseIp(address)
  if (ip === null) return address.slice(0, 64)
  return ip.bits === 32 ? `4:${ip.value}` : `6:${ip.value >> 64n}`
}

/**
 * Creates the throttle for invalid keys. It saves reads and noise. It is not needed against guessing, because keys are too long to
 * guess. The window starts with the first attempt, and further attempts do not extend it.
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
