import { type Denial, type RateLimit, invalidKey } from '../../guard/denial.ts'
import { parseKey } from '../../key/parse-key.ts'
import type { InvalidAttempts } from './invalid-attempts.ts'
import { checkKey } from './check-key.ts'
import type { KeyringContext } from '../keyring-context.ts'
import type { KeyRecord } from '../model/key-record.ts'
import type { FoundKey } from '../model/key-store.ts'
import type { createLimitGate } from './limiter.ts'
import type { RequiredScopes } from '../model/scopes.ts'
import { storeUnavailable } from './store-unavailable.ts'
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
  | { readonly ok: false; readonly denial: Denial }

export interface VerifyDependencies extends KeyringContext {
  readonly attempts: InvalidAttempts | undefined
  readonly usage: UsageBuffer | undefined
  readonly applyLimits: ReturnType<typeof createLimitGate>
  readonly report: (error: unknown) => void
}

/** Creates the function that verifies a key. Cheap checks come first, and only a key that passes all others counts against its limits. */
export function createVerifyKey(dependencies: VerifyDependencies) {
  const { store, prefix, clock, hash, call, cache, attempts, usage, applyLimits, report } = dependencies

  return async (key: string, { scopes = [], ip = null }: VerifyOptions = {}): Promise<Verification> => {
    const now = clock()
    const refuse = (denial: Denial): Verification => {
      if (denial.status === 401 && ip !== null) attempts?.record(ip, now)
      return { ok: false, denial }
    }
    const retryAfterSeconds = ip === null ? 0 : (attempts?.refusedForSeconds(ip, now) ?? 0)
    if (retryAfterSeconds > 0) return refuse({ status: 429, code: 'too_many_invalid', retryAfterSeconds })
    if (parseKey(key)?.prefix !== prefix) return refuse(invalidKey)

    const hashed = hash(key)
    let found: FoundKey | null | undefined = cache?.get(hashed, now)
    if (found === undefined) {
      const generation = cache?.begin() ?? 0
      try {
        found = await call(() => store.findByHash(hashed))
      } catch (cause) {
        report(cause)
        return refuse(storeUnavailable(cause))
      }
      if (found !== null) cache?.set(hashed, found, now, generation)
    }
    if (found === null) return refuse(invalidKey)

    const { record, isCurrent } = found
    const denial = checkKey(found, { now, ip, scopes })
    if (denial !== null) {
      usage?.record(record.id, 'refused', now)
      return refuse(denial)
    }
    const decision = await applyLimits(record, now)
    usage?.record(record.id, decision.ok ? 'allowed' : 'refused', now)
    return decision.ok ? { ...decision, record, isCurrent } : decision
  }
}
