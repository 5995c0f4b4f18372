import { describe, expect, it } from 'vitest'

import { type DenialCode, denials } from './codes.ts'
import type { Denial } from './denial.ts'
import { denialResponse } from './denial-response.ts'

const samples: Record<DenialCode, Denial> = {
  ambiguous_key: { status: 400, code: 'ambiguous_key' },
  missing_key: { status: 401, code: 'missing_key' },
  invalid_key: { status: 401, code: 'invalid_key' },
  insufficient_scope: { status: 403, code: 'insufficient_scope', scopes: ['reports:read', 'a"b\\c', 'd e', ''] },
  rate_limited: {
    status: 429,
    code: 'rate_limited',
    retryAfterSeconds: 12.2,
    limits: [
      { name: 'per "minute"', quota: 100, windowSeconds: 60, remaining: 0, resetSeconds: 12.2 },
      { name: 'täglich', quota: 5000, windowSeconds: 86_400, remaining: -1, resetSeconds: 4000 },
    ],
  },
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
  insufficient_scope: {
    'www-authenticate': 'Bearer realm="api", error="insufficient_scope", scope="reports:read"',
  },
  rate_limited: {
    'retry-after': '13',
    'ratelimit-policy': String.raw`"per \"minute\"";q=100;w=60, "t?glich";q=5000;w=86400`,
    ratelimit: String.raw`"per \"minute\"";r=0;t=13, "t?glich";r=0;t=4000`,
  },
  secret_unset: {},
  secret_weak: {},
  secret_unusable: {},
  store_unavailable: { 'retry-after': '1' },
}

const always = {
  'cache-control': 'private, no-store',
  'content-type': 'application/problem+json',
  'referrer-policy': 'no-referrer',
}

describe.each(Object.values(samples))('the answer to $code', (denial) => {
  const { code } = denial

  it('has the status of the table and exactly these headers', () => {
    const response = denialResponse(denial)
    expect(response.status).toBe(denials[code].status)
    expect(denial.status).toBe(denials[code].status)
    expect(Object.fromEntries(response.headers)).toEqual({ ...always, ...exactHeaders[code] })
  })

  it('is a problem of RFC 9457 that holds the public text and no more', async () => {
    const problem: unknown = await denialResponse(denial).json()
    expect(problem).toEqual({
      type: 'about:blank',
      title: expect.stringMatching(/^[A-Z][A-Za-z ]+$/),
      status: denial.status,
      detail: denials[code].publicText,
    })
    expect(JSON.stringify(problem)).not.toMatch(/API_ROUTE_SECRET|ECONNREFUSED|unset|weak|unknown|expired|revoked/)
  })
})

it('reads the same for all denials of one status', async () => {
  const bodies = new Map<number, Set<string>>()
  for (const denial of Object.values(samples)) {
    const texts = bodies.get(denial.status) ?? new Set()
    bodies.set(denial.status, texts.add(await denialResponse(denial).text()))
  }
  expect([...bodies.values()].map((texts) => texts.size)).toEqual([1, 1, 1, 1, 1])
})

it('leaves out what a list is empty of', () => {
  const scope = denialResponse({ status: 403, code: 'insufficient_scope', scopes: [] })
  expect(scope.headers.get('www-authenticate')).toBe('Bearer realm="api", error="insufficient_scope"')
  const limited = denialResponse({ status: 429, code: 'rate_limited', retryAfterSeconds: -1, limits: [] })
  expect(limited.headers.get('retry-after')).toBe('0')
  expect(limited.headers.has('ratelimit')).toBe(false)
  expect(limited.headers.has('ratelimit-policy')).toBe(false)
})
