import type { Denial } from './denial.ts'
import { privateHeaders } from './private-headers.ts'
import { quote, rateLimitHeaders, wholeSeconds } from './rate-limit-headers.ts'

// By status, not by code, so that the text helps nobody guess a key.
const problems = {
  400: ['Bad Request', 'Send the key once and in one place.'],
  401: ['Unauthorized', 'A valid key is required.'],
  403: ['Forbidden', 'The key does not allow this.'],
  413: ['Content Too Large', 'The body is too large.'],
  429: ['Too Many Requests', 'Too many requests.'],
  503: ['Service Unavailable', 'Keys cannot be checked at the moment.'],
} as const satisfies Record<Denial['status'], readonly [title: string, detail: string]>

// A scope-token of RFC 6750 §3 has no quote and no backslash.
const scopeToken = /^[!#-[\]-~]+$/

// RFC 6750 §3.1: no error code if the request has no key, or if another key would not help.
const bearerErrors = {
  missing_key: '',
  address_not_allowed: '',
  ambiguous_key: 'invalid_request',
  insufficient_scope: 'insufficient_scope',
} as const

function challenge({ status, code, ...denial }: Denial): string | null {
  // Those above are about the request or the server, not about the key.
  if (status > 403) return null
  // RFC 9110 §11.6.1 requires a challenge in each 401. Standard Webhooks has not registered a scheme.
  if (code.endsWith('_signature')) return 'StandardWebhooks realm="api"'
  const errors: Partial<Record<Denial['code'], string>> = bearerErrors
  const error = errors[code] ?? 'invalid_token'
  const scopes = 'scopes' in denial ? denial.scopes.filter((scope) => scopeToken.test(scope)).join(' ') : ''
  return `Bearer realm="api"${error && `, error="${error}"`}${scopes && `, scope=${quote(scopes)}`}`
}

/**
 * Turns a denial into a response with RFC 9457 problem details. The text never says what is wrong with a key: denials of one
 * status differ only in `WWW-Authenticate`, as RFC 6750 requires.
 *
 * @example
 * import { authenticate, denialResponse, envSecret } from 'routekey'
 *
 * const result = await authenticate(request, envSecret('API_ROUTE_SECRET'))
 * if (!result.ok) return denialResponse(result.denial)
 */
export function denialResponse(denial: Denial): Response {
  const { status } = denial
  const authenticateField = challenge(denial)
  const headers = {
    // The URL may hold a key, even if this route refuses it.
    ...privateHeaders,
    'content-type': 'application/problem+json',
    ...(authenticateField !== null && { 'www-authenticate': authenticateField }),
    ...('retryAfterSeconds' in denial && { 'retry-after': wholeSeconds(denial.retryAfterSeconds) }),
    ...('limits' in denial && rateLimitHeaders(denial.limits)),
  }
  const [title, detail] = problems[status]
  const problem = { type: 'about:blank', title, status, detail }
  return new Response(JSON.stringify(problem), { status, headers })
}
