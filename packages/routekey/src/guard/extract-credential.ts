import { isUsableKey, joinedHeaders } from '../secret/usable-key.ts'

/** The key that a request carries, or why it has no usable one. An empty key counts as missing. */
export type Credential =
  | {
      readonly kind: 'key'
      readonly key: string
      /** The query parameter that held the key; null if it came in a header. */
      readonly queryParameter: string | null
    }
  | { readonly kind: 'missing' | 'malformed' | 'ambiguous' }

const bearer = /^bearer(?: +|$)/i
const laterBearer = /, *bearer(?: |$)/i

const splitJoined = (value: string): readonly string[] => (joinedHeaders.test(value) ? [value, value] : [value])

function bearerValues(header: string): readonly string[] {
  // Ignores other schemes: a proxy may use Basic for itself, beside an `x-api-key` for the route.
  if (laterBearer.test(header)) return [header, header]
  return bearer.test(header) ? splitJoined(header.replace(bearer, '')) : []
}

function queryKeys(url: string, names: readonly string[]) {
  if (names.length === 0 || !url.includes('?')) return []
  const { searchParams } = new URL(url)
  return names.flatMap((name) => searchParams.getAll(name).map((key) => ({ key, queryParameter: name })))
}

/**
 * Extracts the key from `Authorization: Bearer` (the scheme in any case, RFC 9110 §11.1), from `x-api-key` or from one of the
 * given query parameters. It does not read cookies or the body.
 *
 * A request with two keys is ambiguous: RFC 6750 §2 allows one method per request, and one server on the way may use the first
 * key while the next uses the last. Servers on `node:http` keep only the first `Authorization`, so this cannot see the others.
 */
export function extractCredential(request: Request, queryParameters: readonly string[]): Credential {
  const apiKey = request.headers.get('x-api-key')
  const headerKeys = [
    ...bearerValues(request.headers.get('authorization') ?? ''),
    ...(apiKey === null ? [] : splitJoined(apiKey)),
  ]
  const [first, second] = [
    ...headerKeys.map((key) => ({ key, queryParameter: null })),
    ...queryKeys(request.url, queryParameters),
  ]
  if (second !== undefined) return { kind: 'ambiguous' }
  if (!first?.key) return { kind: 'missing' }
  return isUsableKey(first.key) ? { kind: 'key', ...first } : { kind: 'malformed' }
}

/** Hides a key in a query parameter from a verifier that does not accept that parameter. */
export function restrictCredential(credential: Credential, queryParameters: readonly string[]): Credential {
  const isHidden =
    credential.kind === 'key' &&
    credential.queryParameter !== null &&
    !queryParameters.includes(credential.queryParameter)
  return isHidden ? { kind: 'missing' } : credential
}
