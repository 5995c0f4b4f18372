import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decideCreate, isKeySpent } from './decide-create.ts'

const hour = 3600

describe('decideCreate', () => {
  it('sends the key while Stripe certainly knows it', () => {
    expect(decideCreate({ firstAttemptAgeSeconds: 0, unsettledSeconds: 0 })).toEqual({ step: 'send' })
    expect(decideCreate({ firstAttemptAgeSeconds: 23 * hour - 0.001, unsettledSeconds: 0 })).toEqual({ step: 'send' })
  })

  it('sends the key although an earlier request may be in transit, because both end in the same customer', () => {
    expect(decideCreate({ firstAttemptAgeSeconds: hour, unsettledSeconds: 300 })).toEqual({ step: 'send' })
  })

  it('does not send a key that is 23 hours old', () => {
    expect(decideCreate({ firstAttemptAgeSeconds: 23 * hour, unsettledSeconds: 0 })).toEqual({ step: 'find' })
  })

  it('waits while a request with an old key may be in transit', () => {
    expect(decideCreate({ firstAttemptAgeSeconds: 25 * hour, unsettledSeconds: 0.0004 })).toEqual({
      step: 'wait',
      delayMs: 1,
    })
    expect(decideCreate({ firstAttemptAgeSeconds: 25 * hour, unsettledSeconds: 299.5 })).toEqual({
      step: 'wait',
      delayMs: 299_500,
    })
  })

  it('never sends a key that Stripe may have forgotten, and never searches while a request is in transit', () => {
    const age = fc.double({ min: 0, max: 1e9, noNaN: true })
    fc.assert(
      fc.property(age, age, (firstAttemptAgeSeconds, unsettledSeconds) => {
        const { step } = decideCreate({ firstAttemptAgeSeconds, unsettledSeconds })
        expect(step === 'send').toBe(firstAttemptAgeSeconds < 23 * hour)
        expect(step === 'find' && unsettledSeconds > 0).toBe(false)
      }),
    )
  })
})

describe('isKeySpent', () => {
  it('is true for a stored server error, and for a key that was used with other parameters', () => {
    expect(isKeySpent({ code: 'stripe_unavailable', replayed: true })).toBe(true)
    expect(isKeySpent({ code: 'stripe_key_reused', replayed: false })).toBe(true)
  })

  it.each([
    ['stripe_unavailable', false],
    ['stripe_unreachable', false],
    ['stripe_in_flight', false],
    ['stripe_rate_limited', false],
    ['stripe_unauthorized', false],
    ['stripe_malformed', false],
    ['stripe_refused', true],
    ['stripe_missing', true],
  ] as const)('is false for %s (replayed: %s)', (code, replayed) => {
    expect(isKeySpent({ code, replayed })).toBe(false)
  })
})
