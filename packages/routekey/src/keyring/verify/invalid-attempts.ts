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
 * `onCounted` gets a function that takes the count back.
 *
 * @returns the result of the check, or a 429 without running it if the address is refused by then
 */
export type Throttle = <Result extends { readonly ok: true } | Refusal>(
  address: string,
  check: () => Promise<Result>,
  onCounted: (undo: () => void) => void,
) => Promise<Result | Refusal>

/** What `limitInvalidAttempts` returns. The keyring gives it its clock. */
export type InvalidAttempts = (clock: () => Date) => Throttle

interface Entry {
  count: number
  readonly endsAt: number
}

// A caller with a whole site can send from 65,536 networks. Several customers can share one, so its quota is larger.
const siteFactor = 10
const defaultAddresses = 10_000

/**
 * Refuses addresses that keep sending invalid keys, for the `invalidAttempts` option of `createKeyring`. It saves reads and noise. It
 * is not needed against guessing, because keys are too long to guess. The window starts with the first attempt, and further attempts do
 * not extend it.
 *
 * @param options The numbers, or a function that returns them. It is called with the first key, so that creating the keyring reads no
 *   environment; while it throws, the response is a 503.
 * @throws `ERR_CONFIG_KEYRING`
 * @example
 * import { createKeyring } from 'routekey'
 * import { limitInvalidAttempts } from 'routekey/invalid-attempts'
 * import { socketIp } from 'routekey/node'
 *
 * const invalidAttempts = limitInvalidAttempts({ quota: 20, windowSeconds: 60 })
 * const keyring = createKeyring({ store, prefix: 'acme', callerIp: socketIp, invalidAttempts })
 */
export function limitInvalidAttempts(
  options: InvalidAttemptsOptions | (() => InvalidAttemptsOptions),
): InvalidAttempts {
  if (typeof options !== 'function') {
    checkNumbers(options)
    return (clock) => createThrottle(options, clock)
  }
  return (clock) => {
    let started: Throttle | undefined
    return (...given) => (started ??= createThrottle(checkNumbers(options()), clock))(...given)
  }
}

function checkNumbers(options: InvalidAttemptsOptions): InvalidAttemptsOptions {
  const { quota, windowSeconds, maximumAddresses = defaultAddresses } = options
  for (const [name, value] of Object.entries({ quota, windowSeconds, maximumAddresses })) {
    checkWholeNumber('ERR_CONFIG_KEYRING', `invalidAttempts.${name}`, value)
  }
  return options
}

function createThrottle(options: InvalidAttemptsOptions, clock: () => Date): Throttle {
  const { quota, windowSeconds, maximumAddresses = defaultAddresses } = options
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

  function record(group: string, groupQuota: number): Entry {
    const entry = find(group) ?? { count: 0, endsAt: clock().getTime() + windowSeconds * 1000 }
    entry.count += 1
    forget(group)
    const entries = entry.count < groupQuota ? suspects : refused
    entries.set(group, entry)
    if (suspects.size + refused.size > maximumAddresses) {
      const [oldest = ''] = suspects.size > refused.size ? suspects.keys() : refused.keys()
      forget(oldest)
    }
    return entry
  }

  return async (address, check, onCounted) => {
    const network = addressGroup(address)
    // An IPv4 address is its own site, and has the quota of a network.
    const groups = Object.entries({ [addressGroup(address, 48)]: quota * siteFactor, [network]: quota })
    const remaining = () => Math.min(...groups.map(([group, groupQuota]) => groupQuota - (find(group)?.count ?? 0)))

    const result = await queue(network, remaining, async () => {
      const checked = await check()
      if (!checked.ok && checked.denial.status === 401) {
        const entries = groups.map(([group, groupQuota]) => record(group, groupQuota))
        onCounted(() => {
          for (const entry of entries) entry.count -= 1
        })
      }
      return checked
    })
    if (result !== null) return result
    const retryAfterSeconds = Math.max(0, ...groups.map(([group]) => secondsLeft(refused.get(group))))
    return { ok: false, denial: { status: 429, code: 'too_many_invalid', retryAfterSeconds } }
  }
}
