import { describe, expect, it } from 'vitest'
import { decideVerdict } from './decide-verdict.ts'
import type { Trial, TrialResponse } from './send-trial.ts'

const respond = (status: number, headers: TrialResponse['headers'] = []): TrialResponse => ({
  outcome: 'answered',
  status,
  headers,
  body: '',
  durationMs: 1,
})
const unreachable: Trial = { outcome: 'unreachable', problem: 'You are offline.' }

describe('decideVerdict', () => {
  it('calls a route secured that refuses requests without a key and accepts the key', () => {
    expect(decideVerdict(respond(401), respond(200))).toEqual({
      tone: 'success',
      text: 'Secured: 401 without a key, 200 with your key.',
    })
    expect(decideVerdict(respond(401), null)).toEqual({ tone: 'success', text: 'Secured: 401 without a key.' })
  })

  it.each([200, 204, 302])('calls a route open that responds %i without a key', (status) => {
    expect(decideVerdict(respond(status), respond(200))).toEqual({
      tone: 'destructive',
      text: `Open: ${status} without a key. Anyone can call this route.`,
    })
  })

  it.each([400, 403, 404, 429, 500, 503])('does not treat %i as the response of a guard', (status) => {
    expect(decideVerdict(respond(status), respond(200))).toMatchObject({ tone: 'warning' })
    expect(decideVerdict(respond(status), respond(200)).text).toContain(`${status} without a key instead of 401`)
  })

  it.each([
    [respond(401), 'The key is unknown, expired, disabled or revoked.'],
    [
      respond(403, [['www-authenticate', 'Bearer realm="api", error="insufficient_scope", scope="customer:read"']]),
      'The key is missing the scope customer:read.',
    ],
    [respond(403, [['www-authenticate', 'Bearer realm="api"']]), 'The key is not allowed from your IP address.'],
    [respond(429, [['retry-after', '12']]), 'The key has reached its limit. Try again in 12 s.'],
    [respond(429), 'The key has reached its limit.'],
    [respond(503), 'Keys cannot be checked right now. Try again shortly.'],
    [unreachable, 'You are offline.'],
  ])('explains why a key was refused', (withKey, reason) => {
    const { tone, text } = decideVerdict(respond(401), withKey)
    expect(tone).toBe('warning')
    expect(text).toMatch(/^Secured: 401 without a key/)
    expect(text.endsWith(reason)).toBe(true)
  })

  it('gives no result without a response', () => {
    expect(decideVerdict(unreachable, null)).toEqual({ tone: 'warning', text: 'No result. You are offline.' })
  })
})
