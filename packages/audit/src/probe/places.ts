/** Where programs look for a key, beside `Authorization`. */
const keyHeaders = [
  'x-api-key',
  'apikey',
  'x-api-secret',
  'x-api-token',
  'x-auth-token',
  'x-access-token',
  'x-secret',
  'x-webhook-secret',
  'x-cron-secret',
  'x-internal-secret',
]

const queryNames = [
  'API_ROUTE_SECRET',
  'secret',
  'token',
  'key',
  'api_key',
  'apiKey',
  'access_token',
  'auth',
  'password',
]

/** Names of a project's own, beside the usual ones. */
export interface PlaceNames {
  readonly headers: readonly string[]
  readonly query: readonly string[]
}

/** The key as a bearer token. */
export const inAuthorization = (key: string): Record<string, string> => ({ authorization: `Bearer ${key}`.trim() })

/** The key in each header that may hold one alone. */
export const inKeyHeaders = (key: string, { headers }: PlaceNames): Record<string, string> =>
  Object.fromEntries([...keyHeaders, ...headers].map((name) => [name.toLowerCase(), key]))

/** An address with the key in each query parameter that may hold one. */
export function inQuery(url: URL, key: string, { query }: PlaceNames): URL {
  const changed = new URL(url)
  for (const name of [...queryNames, ...query]) changed.searchParams.set(name, key)
  return changed
}
