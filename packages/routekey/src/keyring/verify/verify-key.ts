import { type Denial, type RateLimit, invalidKey } from '../../guard/denial.ts'
import { parseKey } from '../../key/parse-key.ts'
import type { InvalidAttempts } from './invalid-attempts.ts'
import { checkKey } from './check-key.ts'
import type { KeyCache } from './key-cache.ts'
import type { KeyRecord } from '../model/key-record.ts'
import type { FoundKey } from '../model/key-store.ts'
import type { createLimitGate } from './limiter.ts'
import type { RequiredScopes } from '../model/scopes.ts'
import type { UsageBuffer } from './usage-buffer.ts'

/** What `keyring.verify` is told beside the key. */
export interface VerifyOptions<Scope extends string = string> {
  /** All of a list, or any of one: `['reports:read']`, `{ any: ['reports:read', 'admin'] }`. Default none. */
  readonly scopes?: RequiredScopes<Scope>
  /** The caller's address. Without it, keys with `allowedIps` are refused and invalid attempts are not throttled. */
  readonly ip?: string | null
}

/** What `keyring.verify` finds. */
export type Verification =
  | {
      readonly ok: true
      readonly record: KeyRecord
      /** False for a key from before a rotation, within its grace. */
      readonly isCurrent: boolean
      /** What is left of the key's limits. */
      readonly limits: readonly RateLimit[]
    }
  | { readonly ok: false; readonly denial: Denial }

/** What {@link createVerifyKey} needs. */
export interface VerifyDependencies {
  readonly prefix: string
  readonly clock: () => Date
  readonly hash: (key: string) => string
  readonly find: (hash: string) => Promise<FoundKey | null>
  readonly cache: KeyCache | undefined
  readonly attempts: InvalidAttempts | undefined
  readonly usage: UsageBuffer | undefined
  readonly applyLimits: ReturnType<typeof createLimitGate>
  readonly report: (error: unknown) => void
}

const unlimited = { outcome: 'allowed', limits: [] } as const

const unavailable = (cause: unknown): Denial => ({
  status: 503,
  code: 'store_unavailable',
  retryAfterSeconds: 5,
  cause,
})

/** Creates what decides about one key: from the cheapest question to the dearest, and to the limits only with a key that passes. */
export function createVerifyKey(dependencies: VerifyDependencies) {
  const { prefix, clock, hash, find, cache, attempts, usage, applyLimits, report } = dependencies

  async function lookUp(hashed: string, now: Date): Promise<FoundKey | null> {
    const generation = cache?.begin() ?? 0
    const found = await find(hashed)
    if (found !== null) cache?.set(hashed, found, now, generation)
    return found
  }

  function refuse(denial: Denial, ip: string | null, now: Date): Verification {
    if (denial.status === 401 && ip !== null) attempts?.record(ip, now)
    return { ok: false, denial }
  }

  return async (key: string, { scopes = [], ip = null }: VerifyOptions = {}): Promise<Verification> => {
    const now = clock()
    const refusedForSeconds = ip === null ? 0 : (attempts?.refusedForSeconds(ip, now) ?? 0)
    if (refusedForSeconds > 0) {
      return { ok: false, denial: { status: 429, code: 'too_many_invalid', retryAfterSeconds: refusedForSeconds } }
    }
    if (parseKey(key)?.prefix !== prefix) return refuse(invalidKey, ip, now)

    const hashed = hash(key)
    let found: FoundKey | null | undefined = cache?.get(hashed, now)
    if (found === undefined) {
      try {
        found = await lookUp(hashed, now)
      } catch (cause) {
        report(cause)
        return { ok: false, denial: unavailable(cause) }
      }
    }
    if (found === null) return refuse(invalidKey, ip, now)

    const { record, isCurrent } = found
    const denial = checkKey(found, { now, ip, scopes })
    if (denial !== null) {
      usage?.record(record.id, 'refused', now)
      return refuse(denial, ip, now)
    }
    const decision = record.limits.length === 0 ? unlimited : await applyLimits(record.id, record.limits, now)
    usage?.record(record.id, decision.outcome === 'allowed' ? 'allowed' : 'refused', now)
    switch (decision.outcome) {
      case 'allowed':
        return { ok: true, record, isCurrent, limits: decision.limits }
      case 'refused': {
        const { limits, retryAfterSeconds } = decision
        const keyId = record.id
        return { ok: false, denial: { status: 429, code: 'rate_limited', retryAfterSeconds, limits, keyId } }
      }
      case 'failed':
        return { ok: false, denial: unavailable(decision.cause) }
    }
  }
}
