import { isUsableKey, joinedHeaders } from '../secret/usable-key.ts'

/** What a request brought as a key. An empty key counts as missing. */
export type Credential =
  | {
      readonly kind: 'key'
      readonly key: string
      /** The query parameter that held the key; null for a header. */
      readonly queryParameter: string | null
    }
  | { readonly kind: 'missing' | 'malformed' | 'ambiguous' }

const bearer = /^bearer(?: +|$)/i
const laterBearer = /, *bearer(?: |$)/i

const splitJoined = (value: string): readonly string[] => (joinedHeaders.test(value) ? [value, value] : [value])

function bearerValues(header: string): readonly string[] {
  // Another scheme is no key: a proxy may ask for Basic on its own account, beside an `x-api-key` for the route.
  if (laterBearer.test(header)) return [header, header]
  return bearer.test(header) ? splitJoined(header.replace(bearer, '')) : []
}

function queryKeys(url: string, names: readonly string[]) {
  if (names.length === 0 || !url.includes('?')) return []
  const { searchParams } = new URL(url)
  return names.flatMap((name) => searchParams.getAll(name).map((key) => ({ key, queryParameter: name })))
}

/**
 * Finds the key in `Authorization: Bearer` (the scheme in any case, RFC 9110 §11.1), in `x-api-key` and in the query parameters
 * that are named; never in a cookie or a body. More than one place, or a place used twice, is ambiguous: RFC 6750 §2 allows one
 * method a request, and whoever reads the first and whoever reads the last would disagree.
 *
 * Servers on `node:http` drop all but the first `Authorization` before anyone can see them.
 */
export function extractCredential(request: Request, queryParameters: readonly string[]): Credential {
  const authorization = request.headers.get('authorization')
  const apiKey = request.headers.get('x-api-key')
  const headerKeys = [
    ...(authorization === null ? [] : bearerValues(authorization)),
    ...(apiKey === null ? [] : splitJoined(apiKey)),
  ]
  const found = [
    ...headerKeys.map((key) => ({ key, queryParameter: null })),
    ...queryKeys(request.url, queryParameters),
  ]
  const [first, ...others] = found
  if (others.length > 0) return { kind: 'ambiguous' }
  if (first === undefined || first.key === '') return { kind: 'missing' }
  return isUsableKey(first.key) ? { kind: 'key', ...first } : { kind: 'malformed' }
}

/** Hides a key from a verifier that does not take it from the query parameter that held it. */
export function restrictCredential(credential: Credential, queryParameters: readonly string[]): Credential {
  const isHidden =
    credential.kind === 'key' &&
    credential.queryParameter !== null &&
    !queryParameters.includes(credential.queryParameter)
  return isHidden ? { kind: 'missing' } : credential
}
