import { checkWholeNumber } from '../../check-whole-number.ts'
import { RoutekeyError } from '../../errors.ts'
import type { RateLimit } from '../../guard/denial.ts'
import { type KeySources, parseSources } from '../../guard/key-source.ts'
import { originOf } from '../../guard/one-request.ts'
import { rateLimitHeaders } from '../../guard/rate-limit-headers.ts'
import { type Verifier, denyCredential } from '../../guard/verifier.ts'
import type { JsonValue } from '../model/key-record.ts'
import { type RequiredScopes, checkScopes, listScopes } from '../model/scopes.ts'
import type { createVerifyKey } from './verify-key.ts'

/** A caller with a key of a keyring. */
export interface KeyCaller {
  readonly kind: 'key'
  readonly keyId: string
  /** The user or organisation that the key belongs to. */
  readonly owner: string
  readonly name: string
  readonly scopes: readonly string[]
  readonly metadata: Readonly<Record<string, JsonValue>>
  /** `previous` while the caller still uses the key from before a rotation. */
  readonly generation: 'current' | 'previous'
  /** Each limit of the key, as it is after this request; empty for a key without limits. */
  readonly limits: readonly RateLimit[]
}

/** Options of `keyring.verifier`. */
export interface KeyVerifierOptions<Scope extends string = string> {
  /** All of a list, or any of one: `['reports:read']`, `{ any: ['reports:read', 'admin'] }`. Default none. */
  readonly scopes?: RequiredScopes<Scope>
  /** The headers in which a key is accepted, as for `envSecret`. Default `['Authorization: Bearer', 'x-api-key']`. */
  readonly from?: KeySources
  /**
   * How many points a request counts in each limit of its key, a whole number from 1, or a function that returns it for a request, also
   * for one without a valid key. Default 1. A request that does not fit in every limit is refused, and counts in none. If several
   * guards of one keyring see a request, the highest cost counts. Usage counts requests, not points.
   */
  readonly cost?: number | ((request: Request) => number)
}

/**
 * Creates a verifier that accepts the keys of a keyring.
 *
 * @throws `ERR_KEY_SCOPE`, `ERR_CONFIG_SOURCE`, `ERR_CONFIG_KEYRING`
 */
export function createKeyVerifier(
  { scopes = [], from, cost = 1 }: KeyVerifierOptions,
  verify: ReturnType<typeof createVerifyKey>,
  checkKnownScopes: (scopes: readonly string[]) => void,
  callerIp: ((request: Request) => string | null) | undefined,
): Verifier<KeyCaller> {
  const required = listScopes(scopes)
  checkScopes(required, 'required')
  checkKnownScopes(required)
  if ('any' in scopes && required.length === 0) {
    throw new RoutekeyError('ERR_KEY_SCOPE', 'any needs at least one scope.')
  }
  if (typeof cost !== 'function') checkWholeNumber('ERR_CONFIG_KEYRING', 'cost', cost)
  return {
    from: parseSources(from),
    async verify({ request, credential }) {
      if (credential.kind === 'missing' || credential.kind === 'ambiguous') return denyCredential(credential.kind)
      const key = credential.kind === 'key' ? credential.key : ''
      const options = {
        scopes,
        ip: callerIp?.(request) ?? null,
        cost: typeof cost === 'function' ? cost(request) : cost,
      }
      const result = await verify(key, options, originOf(request))
      if (!result.ok) return result
      const { record, isCurrent, limits } = result
      const { id: keyId, owner, name, scopes: held, metadata } = record
      const generation = isCurrent ? 'current' : 'previous'
      const caller: KeyCaller = { kind: 'key', keyId, owner, name, scopes: held, metadata, generation, limits }
      return { ok: true, caller, headers: rateLimitHeaders(limits) }
    },
  }
}
