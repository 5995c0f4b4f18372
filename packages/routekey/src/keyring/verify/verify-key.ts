import { type RateLimit, type Refusal, invalidKey } from '../../guard/denial.ts'
import type { Throttle } from './invalid-attempts.ts'
import { checkKey } from './check-key.ts'
import type { KeyringContext } from '../keyring-context.ts'
import type { KeyRecord } from '../model/key-record.ts'
import type { FoundKey } from '../model/key-store.ts'
import type { createLimitGate } from './limiter.ts'
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

/** Creates the function that verifies a key. Cheap checks come first, and only a key that passes all others counts against its limits. */
export function createVerifyKey(dependencies: VerifyDependencies) {
  const { store, clock, hashOf, call, cache, throttle, usage, applyLimits, fail } = dependencies

  return async (key: string, { scopes = [], ip = null }: VerifyOptions = {}): Promise<Verification> => {
    const check = async (): Promise<Checked> => {
      const hash = hashOf(key)
      const read = () => call(() => store.findByHash(hash ?? ''))
      const found = hash && (await (cache === undefined ? read() : cache.find(hash, clock(), read)))
      if (!found) return { ok: false, denial: invalidKey }
      const { now = clock() } = found
      const denial = checkKey(found, { now, ip, scopes })
      if (denial === null) return { ok: true, found, now }
      usage?.record(found.record.id, false, now)
      return { ok: false, denial }
    }
    let checked: Checked
    try {
      checked = await (ip === null || throttle === undefined ? check() : throttle(ip, check))
    } catch (cause) {
      return fail(cause)
    }
    if (!checked.ok) return checked

    const { found, now } = checked
    const { record, isCurrent } = found
    const decision = await applyLimits(record, now)
    // A limiter that fails refuses nobody: the caller retries.
    if (decision.ok || decision.denial.status === 429) usage?.record(record.id, decision.ok, now)
    return decision.ok ? { ...decision, record, isCurrent } : decision
  }
}
