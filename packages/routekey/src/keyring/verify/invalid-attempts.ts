import type { Refusal } from '../../guard/denial.ts'
import { checkWholeNumber } from '../../check-whole-number.ts'
import { addressGroup } from './address-group.ts'
import { createAttemptQueue } from './attempt-queue.ts'

export interface InvalidAttemptsOptions {
  /**
   * Invalid keys from one address in one window. After them, every request from that address is refused. The 64-bit prefix of an IPv6
   * address counts as one address, and its 48-bit prefix has ten times the quota.
   */
  readonly quota: number
  readonly windowSeconds: number
  /** Default 10,000. When there are more, the oldest of those that are refused, or of the others if they are more, is dropped. */
  readonly maximumAddresses?: number
}

/**
 * Runs a check of a key, and counts it if the key is invalid (401). At most as many checks of one address run at once as its quota has
 * left, and the others wait. So attempts that are sent at once cannot pass the quota. If a check throws, all that wait throw the same
 * error.
 *
 * @returns the result of the check, or a 429 without running it if the address is refused by then
 */
export type Throttle = <Result extends { readonly ok: true } | Refusal>(
  address: string,
  check: () => Promise<Result>,
) => Promise<Result | Refusal>

interface Entry {
  count: number
  readonly endsAt: number
}

// A caller with a whole site can send from 65,536 networks. Several customers can share one, so its quota is larger.
const siteFactor = 10

/**
 * Creates the throttle for invalid keys. It saves reads and noise. It is not needed against guessing, because keys are too long to
 * guess. The window starts with the first attempt, and further attempts do not extend it.
 *
 * @throws `ERR_CONFIG_KEYRING`
 */
export function createInvalidAttempts(options: InvalidAttemptsOptions, clock: () => Date): Throttle {
  const { quota, windowSeconds, maximumAddresses = 10_000 } = options
  for (const [name, value] of Object.entries({ quota, windowSeconds, maximumAddresses })) {
    checkWholeNumber('ERR_CONFIG_KEYRING', `invalidAttempts.${name}`, value)
  }
  // Apart, and each can keep half of the table. So many addresses with one attempt each cannot push out those that are refused, and
  // however many are refused, one more is counted. Both start with the oldest.
  const suspects = new Map<string, Entry>()
  const refused = new Map<string, Entry>()
  const queue = createAttemptQueue()
  const secondsLeft = (entry: Entry | undefined) => ((entry?.endsAt ?? 0) - clock().getTime()) / 1000

  function find(group: string): Entry | undefined {
    const entry = refused.get(group) ?? suspects.get(group)
    return secondsLeft(entry) > 0 ? entry : undefined
  }

  function forget(group: string): void {
    suspects.delete(group)
    refused.delete(group)
  }

  function record(group: string, groupQuota: number): void {
    const entry = find(group) ?? { count: 0, endsAt: clock().getTime() + windowSeconds * 1000 }
    entry.count += 1
    forget(group)
    const entries = entry.count < groupQuota ? suspects : refused
    entries.set(group, entry)
    if (suspects.size + refused.size > maximumAddresses) {
      const [oldest = ''] = suspects.size > refused.size ? suspects.keys() : refused.keys()
      forget(oldest)
    }
  }

  return async (address, check) => {
    const network = addressGroup(address)
    // An IPv4 address is its own site, and has the quota of a network.
    const groups = Object.entries({ [addressGroup(address, 48)]: quota * siteFactor, [network]: quota })
    const remaining = () => Math.min(...groups.map(([group, groupQuota]) => groupQuota - (find(group)?.count ?? 0)))

    const result = await queue(network, remaining, async () => {
      const checked = await check()
      if (!checked.ok && checked.denial.status === 401) {
        for (const [group, groupQuota] of groups) record(group, groupQuota)
      }
      return checked
    })
    if (result !== null) return result
    const retryAfterSeconds = Math.max(0, ...groups.map(([group]) => secondsLeft(refused.get(group))))
    return { ok: false, denial: { status: 429, code: 'too_many_invalid', retryAfterSeconds } }
  }
}
