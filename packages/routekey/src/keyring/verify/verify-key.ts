import { type Denial, type RateLimit, invalidKey } from '../../guard/denial.ts'
import { parseKey } from '../../key/parse-key.ts'
import type { AttemptsOfAddress } from './invalid-attempts.ts'
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
  /** Returns undefined if invalid attempts are not counted. */
  readonly attemptsOf: (address: string) => AttemptsOfAddress | undefined
  readonly usage: UsageBuffer | undefined
  readonly applyLimits: ReturnType<typeof createLimitGate>
  readonly report: (error: unknown) => void
}

type Checked = { readonly ok: true; readonly found: FoundKey } | { readonly ok: false; readonly denial: Denial }

/** Creates the function that verifies a key. Cheap checks come first, and only a key that passes all others counts against its limits. */
export function createVerifyKey(dependencies: VerifyDependencies) {
  const { store, prefix, clock, hash, call, cache, attemptsOf, usage, applyLimits, report } = dependencies

  async function find(key: string): Promise<FoundKey | null> {
    const hashed = hash(key)
    const now = clock()
    const cached = cache?.get(hashed, now)
    if (cached !== undefined) return cached
    const generation = cache?.begin() ?? 0
    const found = await call(() => store.findByHash(hashed))
    if (found !== null) cache?.set(hashed, found, now, generation)
    return found
  }

  return async (key: string, { scopes = [], ip = null }: VerifyOptions = {}): Promise<Verification> => {
    const attempts = ip === null ? undefined : attemptsOf(ip)
    const refuse = (denial: Denial): { readonly ok: false; readonly denial: Denial } => {
      if (denial.status === 401) attempts?.record(clock())
      return { ok: false, denial }
    }
    const retryAfterSeconds = attempts?.refusedForSeconds(clock()) ?? 0
    if (retryAfterSeconds > 0) return refuse({ status: 429, code: 'too_many_invalid', retryAfterSeconds })
    if (parseKey(key)?.prefix !== prefix) return refuse(invalidKey)

    const check = async (): Promise<Checked> => {
      const found = await find(key)
      if (found === null) return refuse(invalidKey)
      const now = clock()
      const denial = checkKey(found, { now, ip, scopes })
      if (denial === null) return { ok: true, found }
      usage?.record(found.record.id, 'refused', now)
      return refuse(denial)
    }
    let checked: Checked | null
    try {
      checked = attempts === undefined ? await check() : await attempts.run(check, clock)
    } catch (cause) {
      report(cause)
      return refuse(storeUnavailable(cause))
    }
    if (checked === null) {
      const seconds = attempts?.refusedForSeconds(clock()) ?? 0
      return refuse({ status: 429, code: 'too_many_invalid', retryAfterSeconds: seconds })
    }
    if (!checked.ok) return checked

    const { record, isCurrent } = checked.found
    const now = clock()
    const decision = await applyLimits(record, now)
    usage?.record(record.id, decision.ok ? 'allowed' : 'refused', now)
    return decision.ok ? { ...decision, record, isCurrent } : decision
  }
}
