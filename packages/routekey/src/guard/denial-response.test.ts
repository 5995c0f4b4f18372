import { describe, expect, it } from 'vitest'

import { type DenialCode, denials } from './denials.ts'
import type { Denial } from './denial.ts'
import { denialResponse } from './denial-response.ts'

const samples: Record<DenialCode, Denial> = {
  ambiguous_key: { status: 400, code: 'ambiguous_key' },
  missing_key: { status: 401, code: 'missing_key' },
  invalid_key: { status: 401, code: 'invalid_key' },
  key_expired: { status: 401, code: 'key_expired', keyId: 'a' },
  key_disabled: { status: 401, code: 'key_disabled', keyId: 'a' },
  key_revoked: { status: 401, code: 'key_revoked', keyId: 'a' },
  owner_inactive: { status: 401, code: 'owner_inactive', keyId: 'a' },
  address_not_allowed: { status: 403, code: 'address_not_allowed', keyId: 'a' },
  too_many_invalid: { status: 429, code: 'too_many_invalid', retryAfterSeconds: 59.9 },
  insufficient_scope: { status: 403, code: 'insufficient_scope', scopes: ['reports:read', 'a"b\\c', 'd e', ''] },
  missing_signature: { status: 401, code: 'missing_signature' },
  invalid_signature: { status: 401, code: 'invalid_signature' },
  expired_signature: { status: 401, code: 'expired_signature' },
  replayed_signature: { status: 401, code: 'replayed_signature' },
  body_too_large: { status: 413, code: 'body_too_large', maxBodyBytes: 1024 },
  rate_limited: {
    status: 429,
    code: 'rate_limited',
    retryAfterSeconds: 12.2,
    limits: [
      { name: 'per "minute"', quota: 100, windowSeconds: 60, remaining: 0, resetSeconds: 12.2 },
      { name: 'täglich', quota: 5000, windowSeconds: 86_400, remaining: -1, resetSeconds: 4000 },
    ],
  },
  cost_above_quota: { status: 429, code: 'cost_above_quota', keyId: 'a' },
  secret_unset: { status: 503, code: 'secret_unset', variable: 'API_ROUTE_SECRET' },
  secret_weak: { status: 503, code: 'secret_weak', variable: 'API_ROUTE_SECRET' },
  secret_unusable: { status: 503, code: 'secret_unusable', variable: 'API_ROUTE_SECRET' },
  store_unavailable: {
    status: 503,
    code: 'store_unavailable',
    retryAfterSeconds: 0.5,
    cause: new Error('connect ECONNREFUSED 10.0.0.1:5432'),
  },
}

const exactHeaders: Record<DenialCode, Record<string, string>> = {
  ambiguous_key: { 'www-authenticate': 'Bearer realm="api", error="invalid_request"' },
  missing_key: { 'www-authenticate': 'Bearer realm="api"' },
  invalid_key: { 'www-authenticate': 'Bearer realm="api", error="invalid_token"' },
  key_expired: { 'www-authenticate': 'Bearer realm="api", error="invalid_token"' },
  key_disabled: { 'www-authenticate': 'Bearer realm="api", error="invalid_token"' },
  key_revoked: { 'www-authenticate': 'Bearer realm="api", error="invalid_token"' },
  owner_inactive: { 'www-authenticate': 'Bearer realm="api", error="invalid_token"' },
  address_not_allowed: { 'www-authenticate': 'Bearer realm="api"' },
  too_many_invalid: { 'retry-after': '60' },
  insufficient_scope: {
    'www-authenticate': 'Bearer realm="api", error="insufficient_scope", scope="reports:read"',
  },
  missing_signature: { 'www-authenticate': 'StandardWebhooks realm="api"' },
  invalid_signature: { 'www-authenticate': 'StandardWebhooks realm="api"' },
  expired_signature: { 'www-authenticate': 'StandardWebhooks realm="api"' },
  replayed_signature: { 'www-authenticate': 'StandardWebhooks realm="api"' },
  body_too_large: {},
  rate_limited: {
    'retry-after': '13',
    'ratelimit-policy': String.raw`"per \"minute\"";q=100;w=60, "t?glich";q=5000;w=86400`,
    ratelimit: String.raw`"per \"minute\"";r=0;t=13, "t?glich";r=0;t=4000`,
  },
  cost_above_quota: {},
  secret_unset: {},
  secret_weak: {},
  secret_unusable: {},
  store_unavailable: { 'retry-after': '1' },
}

const publicTexts = {
  400: 'Send the key once and in one place.',
  401: 'A valid key is required.',
  403: 'The key does not allow this.',
  413: 'The body is too large.',
  429: 'Too many requests.',
  503: 'Keys cannot be checked at the moment.',
} as const satisfies Record<Denial['status'], string>

const commonHeaders = {
  'cache-control': 'private, no-store',
  'content-type': 'application/problem+json',
  'referrer-policy': 'no-referrer',
}

describe.each(Object.values(samples))('the response to $code', (denial) => {
  const { code } = denial

  it('has the status of the table and exactly the expected headers', () => {
    const response = denialResponse(denial)
    expect(response.status).toBe(denials[code].status)
    expect(denial.status).toBe(denials[code].status)
    expect(Object.fromEntries(response.headers)).toEqual({ ...commonHeaders, ...exactHeaders[code] })
  })

  it('has RFC 9457 problem details with the public text and nothing else', async () => {
    const problem: unknown = await denialResponse(denial).json()
    expect(problem).toEqual({
      type: 'about:blank',
      title: expect.stringMatching(/^[A-Z][A-Za-z ]+$/),
      status: denial.status,
      detail: publicTexts[denial.status],
    })
    expect(JSON.stringify(problem)).not.toMatch(/API_ROUTE_SECRET|ECONNREFUSED|unset|weak|unknown|expired|revoked/)
  })
})

it('has the same body for all denials of one status', async () => {
  const bodies = new Map<number, Set<string>>()
  for (const denial of Object.values(samples)) {
    const texts = bodies.get(denial.status) ?? new Set()
    bodies.set(denial.status, texts.add(await denialResponse(denial).text()))
  }
  expect([...bodies.values()].map((texts) => texts.size)).toEqual([...bodies].map(() => 1))
})

it('omits scopes and limits if there are none', () => {
  const scope = denialResponse({ status: 403, code: 'insufficient_scope', scopes: [] })
  expect(scope.headers.get('www-authenticate')).toBe('Bearer realm="api", error="insufficient_scope"')
  const limited = denialResponse({ status: 429, code: 'rate_limited', retryAfterSeconds: -1, limits: [] })
  expect(limited.headers.get('retry-after')).toBe('0')
  expect(limited.headers.has('ratelimit')).toBe(false)
  expect(limited.headers.has('ratelimit-policy')).toBe(false)
})
