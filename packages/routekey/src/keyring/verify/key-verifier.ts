import { RoutekeyError } from '../../errors.ts'
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
}

/** Options of `keyring.verifier`. */
export interface KeyVerifierOptions<Scope extends string = string> {
  /** All of a list, or any of one: `['reports:read']`, `{ any: ['reports:read', 'admin'] }`. Default none. */
  readonly scopes?: RequiredScopes<Scope>
  /** The headers in which a key is accepted, as for `envSecret`. Default `['Authorization: Bearer', 'x-api-key']`. */
  readonly from?: KeySources
}

export interface KeyVerifierDependencies {
  readonly verify: ReturnType<typeof createVerifyKey>
  readonly checkKnownScopes: (scopes: readonly string[]) => void
  readonly callerIp: ((request: Request) => string | null) | undefined
}

/**
 * Creates a verifier that accepts the keys of a keyring.
 *
 * @throws `ERR_KEY_SCOPE`, `ERR_CONFIG_SOURCE`
 */
export function createKeyVerifier(
  { scopes = [], from }: KeyVerifierOptions,
  { verify, checkKnownScopes, callerIp }: KeyVerifierDependencies,
): Verifier<KeyCaller> {
  const required = listScopes(scopes)
  checkScopes(required, 'required')
  checkKnownScopes(required)
  if ('any' in scopes && required.length === 0) {
    throw new RoutekeyError('ERR_KEY_SCOPE', 'any needs at least one scope.')
  }
  return {
    from: parseSources(from),
    async verify({ request, credential }) {
      if (credential.kind === 'missing' || credential.kind === 'ambiguous') return denyCredential(credential.kind)
      const key = credential.kind === 'key' ? credential.key : ''
      const result = await verify(key, { scopes, ip: callerIp?.(request) ?? null }, originOf(request))
      if (!result.ok) return result
      const { id: keyId, owner, name, scopes: held, metadata } = result.record
      const generation = result.isCurrent ? 'current' : 'previous'
      const caller: KeyCaller = { kind: 'key', keyId, owner, name, scopes: held, metadata, generation }
      return { ok: true, caller, headers: rateLimitHeaders(result.limits) }
    },
  }
}
