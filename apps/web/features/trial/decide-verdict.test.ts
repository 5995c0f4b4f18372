import { describe, expect, it } from 'vitest'
import { decideVerdict } from './decide-verdict.ts'
import type { TrialResponse, Trial } from './send-trial.ts'

const answer = (status: number, headers: TrialResponse['headers'] = []): TrialResponse => ({
  outcome: 'answered',
  status,
  headers,
  body: '',
  durationMs: 1,
})
const unreachable: Trial = { outcome: 'unreachable', problem: 'You are offline.' }

describe('decideVerdict', () => {
  it('calls a route secured that refuses strangers and lets the key in', () => {
    expect(decideVerdict(answer(401), answer(200))).toEqual({
      tone: 'success',
      text: 'Secured: without a key 401, with your key 200.',
    })
    expect(decideVerdict(answer(401), null)).toEqual({ tone: 'success', text: 'Secured: without a key 401.' })
  })

  it.each([200, 204, 302])('calls a route open that answers a stranger with %i', (status) => {
    expect(decideVerdict(answer(status), answer(200))).toEqual({
      tone: 'destructive',
      text: `Open: without a key ${status}. Anyone can call this route.`,
    })
  })

  it.each([400, 403, 404, 429, 500, 503])('does not take %i for the answer of a guard', (status) => {
    expect(decideVerdict(answer(status), answer(200))).toMatchObject({ tone: 'warning' })
    expect(decideVerdict(answer(status), answer(200)).text).toContain(`${status} in place of 401`)
  })

  it.each([
    [answer(401), 'The key is unknown, expired, disabled or revoked.'],
    [
      answer(403, [['www-authenticate', 'Bearer realm="api", error="insufficient_scope", scope="customer:read"']]),
      'The key lacks the scope customer:read.',
    ],
    [answer(403, [['www-authenticate', 'Bearer realm="api"']]), 'The key does not allow this from your address.'],
    [answer(429, [['retry-after', '12']]), 'The key’s limit is used up. Try again in 12 s.'],
    [answer(429), 'The key’s limit is used up.'],
    [answer(503), 'Keys cannot be checked at the moment. Try again shortly.'],
    [unreachable, 'You are offline.'],
  ])('says why a key was not let in', (withKey, reason) => {
    const { tone, text } = decideVerdict(answer(401), withKey)
    expect(tone).toBe('warning')
    expect(text).toMatch(/^Secured: without a key 401/)
    expect(text.endsWith(reason)).toBe(true)
  })

  it('gives none without an answer', () => {
    expect(decideVerdict(unreachable, null)).toEqual({ tone: 'warning', text: 'No verdict. You are offline.' })
  })
})
