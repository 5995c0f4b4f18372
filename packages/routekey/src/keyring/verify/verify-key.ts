import { checkWholeNumber } from '../../check-whole-number.ts'
import { type RateLimit, type Refusal, invalidKey } from '../../guard/denial.ts'
import { countAgainst } from '../../guard/one-request.ts'
import { parseKey } from '../../key/parse-key.ts'
import type { Throttle } from './invalid-attempts.ts'
import { checkKey } from './check-key.ts'
import type { KeyringContext } from '../keyring-context.ts'
import type { KeyRecord } from '../model/key-record.ts'
import type { FoundKey } from '../model/key-store.ts'
import type { KeyUse, LimitDecision, Limiter, createLimitGate } from './limiter.ts'
import { type RequiredScopes, listScopes, satisfiesScopes } from '../model/scopes.ts'
import type { UsageBuffer } from './usage-buffer.ts'

/** Options of `keyring.verify`. */
export interface VerifyOptions<Scope extends string = string> {
  /** All of a list, or any of one: `['reports:read']`, `{ any: ['reports:read', 'admin'] }`. Default none. */
  readonly scopes?: RequiredScopes<Scope>
  /** The caller's IP address. Without it, keys with `allowedIps` are refused, and invalid attempts are not throttled. */
  readonly ip?: string | null
  /**
   * How many points the request counts in each limit of the key, a whole number from 1; default 1. A request that does not fit in every
   * limit is refused, and counts in none. Usage counts requests, not points.
   */
  readonly cost?: number
}

/** The result of `keyring.verify`. */
export type Verification =
  | {
      readonly ok: true
      readonly record: KeyRecord
      /** False for a key from before a rotation, within its grace. */
      readonly isCurrent: boolean
      /** Each limit of the key, as it is after this request. */
      readonly limits: readonly RateLimit[]
    }
  | Refusal

interface Accepted {
  readonly ok: true
  readonly found: FoundKey
  readonly now: Date
}

type Checked = Accepted | Refusal

/** What one request with one key has been found to be, and counted as. */
interface Use {
  readonly key: string
  readonly checked: Promise<Checked>
  /** Whether it is counted as refused. */
  refused?: boolean
  /** The highest that a guard asked for, which is counted; 0 before the first. */
  cost: number
  limited: LimitDecision | Promise<LimitDecision>
}

/**
 * Creates the function that verifies a key. Cheap checks come first, and only a key that passes all others counts against its limits.
 *
 * Its third argument stands for a request. However often it is given, the request is one look-up, one use and one attempt; only the
 * scopes are checked each time. The highest cost counts: a higher one adds the difference, and if that does not fit, the request is
 * refused and counts no points.
 *
 * @param hashOf Returns the hash of a key, or null for one that cannot be of this keyring.
 * @param countingLimiter The limiter, if the store may count with it in the same call as the look-up.
 * @param fail Reports an error, and refuses the request.
 */
export function createVerifyKey(
  { store, clock, call, cache }: KeyringContext,
  hashOf: (key: string) => string | null,
  throttle: Throttle | undefined,
  usage: UsageBuffer | undefined,
  countingLimiter: Limiter | undefined,
  applyLimits: ReturnType<typeof createLimitGate>,
  fail: (cause: unknown) => Refusal,
) {
  const uses = new WeakMap<object, Use>()

  async function check(key: string, ip: string | null, request: object, use?: KeyUse): Promise<Checked> {
    const unknown: Refusal = { ok: false, denial: invalidKey }
    try {
      const hash = hashOf(key)
      // The key of another keyring costs no read, and is not an attempt to guess a key of this one.
      if (hash === null && parseKey(key) !== null) return unknown
      const read = () => call(() => store.findByHash(hash ?? '', use))
      const find = () => (cache ? cache.find(hash ?? '', clock(), read) : read())
      const judge = (found: FoundKey | null): Checked => {
        if (found === null) return unknown
        const { now = clock() } = found
        const denial = checkKey(found, now, ip)
        if (denial === null) return { ok: true, found, now }
        usage?.record(found.record.id, false, now)
        return { ok: false, denial }
      }
      if (throttle === undefined || ip === null) return judge(hash ? await find() : null)
      const findAndJudge = async () => judge(hash ? await find() : null)
      return await throttle(ip, findAndJudge, (undo) => countAgainst(request, undo))
    } catch (cause) {
      return fail(cause)
    }
  }

  async function count(use: Use, { found, now }: Accepted, cost: number): Promise<LimitDecision> {
    const { limited, cost: charged, refused } = use
    use.cost = cost
    const earlier = await limited
    if (!earlier.ok) return earlier
    const { record, usedPoints } = found
    const decision = await applyLimits(record, now, cost, charged, charged > 0 ? undefined : usedPoints)
    // A limiter that fails refuses nobody: the caller retries.
    if (charged === 0 && (decision.ok || decision.denial.status === 429)) {
      usage?.record(record.id, decision.ok, now, refused)
    }
    return decision
  }

  return async (key: string, options: VerifyOptions = {}, request?: object): Promise<Verification> => {
    const { scopes = [], ip = null, cost = 1 } = options
    checkWholeNumber('ERR_CONFIG_KEYRING', 'cost', cost)
    let use = request && uses.get(request)
    if (!use || use.key !== key) {
      const counted = countingLimiter && { limiter: countingLimiter, cost, scopes }
      use = { key, checked: check(key, ip, request ?? {}, counted), cost: 0, limited: { ok: true, limits: [] } }
      if (request) uses.set(request, use)
    }
    const checked = await use.checked
    if (!checked.ok) return checked

    const { found, now } = checked
    const { record, isCurrent } = found
    const { id: keyId } = record
    if (!satisfiesScopes(record.scopes, scopes)) {
      if (use.cost === 0 && !use.refused) usage?.record(keyId, false, now)
      use.refused = true
      return { ok: false, denial: { status: 403, code: 'insufficient_scope', scopes: listScopes(scopes), keyId } }
    }
    if (record.limits.length === 0) {
      if (use.cost === 0) usage?.record(keyId, true, now, use.refused)
      use.cost = cost
    } else if (cost > use.cost) use.limited = count(use, checked, cost)
    const decision = await use.limited
    return decision.ok ? { ok: true, record, isCurrent, limits: decision.limits } : decision
  }
}
