import { type RateLimit, type Refusal, invalidKey } from '../../guard/denial.ts'
import { countAgainst } from '../../guard/one-request.ts'
import { parseKey } from '../../key/parse-key.ts'
import type { Throttle } from './invalid-attempts.ts'
import { checkKey, checkKeyScopes } from './check-key.ts'
import type { KeyringContext } from '../keyring-context.ts'
import type { KeyRecord } from '../model/key-record.ts'
import type { FoundKey } from '../model/key-store.ts'
import type { LimitDecision, createLimitGate } from './limiter.ts'
import type { RequiredScopes } from '../model/scopes.ts'
import type { UsageBuffer } from './usage-buffer.ts'

/** Options of `keyring.verify`. */
export interface VerifyOptions<Scope extends string = string> {
  /** All of a list, or any of one: `['reports:read']`, `{ any: ['reports:read', 'admin'] }`. Default none. */
  readonly scopes?: RequiredScopes<Scope>
  /** The caller's IP address. Without it, keys with `allowedIps` are refused, and invalid attempts are not throttled. */
  readonly ip?: string | null
}

/** The result of `keyring.verify`. */
export type Verification =
  | {
      readonly ok: true
      readonly record: KeyRecord
      /** False for a key from before a rotation, within its grace. */
      readonly isCurrent: boolean
      /** The remaining requests of each limit of the key. */
      readonly limits: readonly RateLimit[]
    }
  | Refusal

export interface VerifyDependencies extends KeyringContext {
  /** Returns the hash of a key, or null for one that cannot be of this keyring. */
  readonly hashOf: (key: string) => string | null
  readonly throttle: Throttle | undefined
  readonly usage: UsageBuffer | undefined
  readonly applyLimits: ReturnType<typeof createLimitGate>
  /** Reports an error, and refuses the request. */
  readonly fail: (cause: unknown) => Refusal
}

type Checked = { readonly ok: true; readonly found: FoundKey; readonly now: Date } | Refusal

/** What one request with one key has been found to be, and counted as. */
interface Use {
  readonly key: string
  readonly checked: Promise<Checked>
  /** Whether it is counted as refused. */
  refused?: boolean
  limited?: LimitDecision | Promise<LimitDecision>
}

/**
 * Creates the function that verifies a key. Cheap checks come first, and only a key that passes all others counts against its limits.
 *
 * Its third argument stands for a request. However often it is given, the request is one look-up, one use and one attempt; only the
 * scopes are checked each time.
 */
export function createVerifyKey(dependencies: VerifyDependencies) {
  const { store, clock, hashOf, call, cache, throttle, usage, applyLimits, fail } = dependencies
  const uses = new WeakMap<object, Use>()

  async function check(key: string, ip: string | null, request: object): Promise<Checked> {
    const unknown: Refusal = { ok: false, denial: invalidKey }
    try {
      const hash = hashOf(key)
      // The key of another keyring costs no read, and is not an attempt to guess a key of this one.
      if (hash === null && parseKey(key) !== null) return unknown
      const read = () => call(() => store.findByHash(hash ?? ''))
      const find = () => (cache ? cache.find(hash ?? '', clock(), read) : read())
      const judge = (found: FoundKey | null): Checked => {
        if (found === null) return unknown
        const { now = clock() } = found
        const denial = checkKey(found, { now, ip })
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

  return async (key: string, options: VerifyOptions = {}, request?: object): Promise<Verification> => {
    const { scopes = [], ip = null } = options
    let use = request && uses.get(request)
    if (!use || use.key !== key) {
      use = { key, checked: check(key, ip, request ?? {}) }
      if (request) uses.set(request, use)
    }
    const checked = await use.checked
    if (!checked.ok) return checked

    const { found, now } = checked
    const { record, isCurrent } = found
    const denial = checkKeyScopes(record, scopes)
    if (denial !== null) {
      if (use.limited === undefined && !use.refused) usage?.record(record.id, false, now)
      use.refused = true
      return { ok: false, denial }
    }
    const count = (decision: LimitDecision) => {
      // A limiter that fails refuses nobody: the caller retries.
      if (decision.ok || decision.denial.status === 429) usage?.record(record.id, decision.ok, now, use.refused)
      return decision
    }
    use.limited ??= record.limits.length > 0 ? applyLimits(record, now).then(count) : count({ ok: true, limits: [] })
    const decision = await use.limited
    return decision.ok ? { ok: true, record, isCurrent, limits: decision.limits } : decision
  }
}
