import { checkWholeNumber } from '../check-whole-number.ts'
import { addressGroup } from './address-group.ts'
import { createAttemptQueue } from './attempt-queue.ts'

export interface InvalidAttemptsOptions {
  /**
   * Invalid keys from one address in one window. After them, every request from that address is refused. The 64-bit prefix of an IPv6
   * address counts as one address, and its 48-bit prefix has ten times the quota.
   */
  readonly quota: number
  readonly windowSeconds: number
  /** Default 10,000. When there are more, the addresses that are not refused yet are dropped first. */
  readonly maximumAddresses?: number
}

/** The attempts of one address. */
export interface AttemptsOfAddress {
  /** Returns for how many seconds the address is refused; 0 if it is not. */
  refusedForSeconds(now: Date): number
  record(now: Date): void
  /**
   * Runs work that may record an attempt. At most as many run at once as the quota has left, and the others wait. So attempts that
   * are sent at once cannot pass the quota. If the work throws, all that wait throw the same error.
   *
   * @returns null, without running, if the address is refused by then
   */
  run<Result>(work: () => Promise<Result>, clock: () => Date): Promise<Result | null>
}

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
export function createInvalidAttempts(options: InvalidAttemptsOptions): (address: string) => AttemptsOfAddress {
  const { quota, windowSeconds, maximumAddresses = 10_000 } = options
  for (const [name, value] of Object.entries({ quota, windowSeconds, maximumAddresses })) {
    checkWholeNumber('ERR_CONFIG_KEYRING', `invalidAttempts.${name}`, value)
  }
  // Apart, so that an attacker with many addresses cannot push out the ones that are refused. Both start with the oldest.
  const suspects = new Map<string, Entry>()
  const refused = new Map<string, Entry>()
  const queue = createAttemptQueue()

  function find(group: string, now: Date): Entry | undefined {
    const entry = refused.get(group) ?? suspects.get(group)
    return entry !== undefined && entry.endsAt > now.getTime() ? entry : undefined
  }

  function record(group: string, groupQuota: number, now: Date): void {
    const endsAt = now.getTime() + windowSeconds * 1000
    const entry = find(group, now) ?? { count: 0, endsAt }
    entry.count += 1
    const isRefused = entry.count >= groupQuota
    if (isRefused || entry.count === 1) {
      suspects.delete(group)
      refused.delete(group)
      const entries = isRefused ? refused : suspects
      entries.set(group, entry)
    }
    if (suspects.size + refused.size > maximumAddresses) dropOne(now)
  }

  function dropOne(now: Date): void {
    const [first] = refused
    const isOver = first !== undefined && first[1].endsAt <= now.getTime()
    const [group = ''] = isOver || suspects.size === 0 ? refused.keys() : suspects.keys()
    suspects.delete(group)
    refused.delete(group)
  }

  return (address) => {
    const [network, site] = [addressGroup(address), addressGroup(address, 48)]
    const groups: [string, number][] = [[network, quota]]
    if (site !== network) groups.push([site, quota * siteFactor])
    const remaining = (now: Date) =>
      Math.min(...groups.map(([group, groupQuota]) => Math.max(0, groupQuota - (find(group, now)?.count ?? 0))))

    return {
      refusedForSeconds(now) {
        const ends = groups.map(([group]) => refused.get(group)?.endsAt ?? 0)
        return Math.max(0, ...ends.map((endsAt) => (endsAt - now.getTime()) / 1000))
      },
      record(now) {
        for (const [group, groupQuota] of groups) record(group, groupQuota, now)
      },
      run: (work, clock) => queue(network, () => remaining(clock()), work),
    }
  }
}
