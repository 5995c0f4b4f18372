import { isUsableKey, joinedHeaders } from '../secret/usable-key.ts'
import { type KeySources, defaultSources } from './key-source.ts'

/** The key that a request carries, or why it has no usable one. An empty key counts as missing. */
export type Credential =
  | {
      readonly kind: 'key'
      readonly key: string
      /** The one of {@link CredentialSources.from} that held the key. */
      readonly source: string
    }
  | { readonly kind: 'missing' | 'malformed' | 'ambiguous' }

/** Where a verifier looks for a key. */
export interface CredentialSources {
  /**
   * Headers in lower case, such as `x-api-key`, or with a scheme `authorization: api-key`; and query parameters, such as
   * `?API_ROUTE_SECRET`. Default `['authorization: bearer', 'x-api-key']`.
   */
  readonly from?: KeySources
}

function keysIn(request: Request, source: string): readonly string[] {
  // `url` is read only here, because it is composed at each read.
  if (source.startsWith('?')) return new URL(request.url).searchParams.getAll(source.slice(1))
  const header = source.replace(/:.*/, '')
  const scheme = source.slice(header.length + 2)
  const value = request.headers.get(header)
  if (value === null) return []
  // Ignores other schemes: a proxy may use Basic for itself, beside an `x-api-key` for the route.
  const parts = scheme ? value.split(new RegExp(`(^|, *)${scheme}(?: +|$)`, 'i')) : ['', '', value]
  const [before, comma, key, second] = parts
  if (key === undefined) return []
  // A header that was sent twice.
  const isJoined = before || comma || second !== undefined || joinedHeaders.test(key)
  return isJoined ? [key, key] : [key]
}

/**
 * Extracts the key from where a verifier accepts it; a scheme is read in any case (RFC 9110 §11.1). It does not read cookies or the
 * body.
 *
 * A request with two keys is ambiguous: RFC 6750 §2 allows one method per request, and one server on the way may use the first
 * key while the next uses the last. Servers on `node:http` keep only the first `Authorization`, so this cannot see the others.
 */
export function extractCredential(request: Request, from: KeySources): Credential {
  let found: { readonly key: string; readonly source: string } | undefined
  for (const source of from) {
    // A source that is listed twice counts once.
    if (found?.source === source) continue
    for (const key of keysIn(request, source)) {
      if (found) return { kind: 'ambiguous' }
      found = { key, source }
    }
  }
  if (!found?.key) return { kind: 'missing' }
  return isUsableKey(found.key) ? { kind: 'key', ...found } : { kind: 'malformed' }
}

/** Hides a key from a verifier that does not accept it where it was found. */
export const restrictCredential = (credential: Credential, from: KeySources = defaultSources): Credential =>
  credential.kind === 'key' && !from.includes(credential.source) ? { kind: 'missing' } : credential
