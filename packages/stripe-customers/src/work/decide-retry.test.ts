import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { defaultRetryPolicy, decideRetry } from './decide-retry.ts'
import type { StripeFailure } from '../stripe/stripe-failure.ts'
import type { WorkErrorCode } from '../store/work-error.ts'

function makeFailure(failure: Partial<StripeFailure> = {}): StripeFailure {
  return {
    code: 'stripe_unavailable',
    message: 'No.',
    replayed: false,
    unsettled: false,
    retryAfterMs: null,
    ...failure,
  }
}

const policy = { maxAttempts: 5, baseDelayMs: 1000, maxDelayMs: 60_000 }

/** Returns how long a row is tried by default if each wait has the same random part. */
function sumHours(random: number): number {
  let ms = 0
  for (let attempt = 1; attempt < defaultRetryPolicy.maxAttempts; attempt += 1) {
    const decision = decideRetry(makeFailure(), attempt, random, defaultRetryPolicy)
    ms += decision.action === 'retry' ? decision.delayMs : Number.NaN
  }
  return ms / 3_600_000
}

describe('decideRetry', () => {
  it.each(['stripe_refused', 'stripe_missing', 'worker_lost'] as const)('gives %s up at once', (code) => {
    const failure = makeFailure({ code, status: 400, requestId: 'req_1' })
    expect(decideRetry(failure, 1, 0.5, policy)).toEqual({
      action: 'fail',
      error: { code, message: 'No.', status: 400, requestId: 'req_1' },
    })
  })

  const counted: WorkErrorCode[] = [
    'stripe_unreachable',
    'stripe_unavailable',
    'stripe_in_flight',
    'stripe_key_reused',
    'stripe_malformed',
    'database_refused',
  ]
  it.each(counted)('counts %s and gives it up after the last attempt, not before', (code) => {
    expect(decideRetry(makeFailure({ code }), 4, 0, policy)).toMatchObject({ action: 'retry', counted: true })
    expect(decideRetry(makeFailure({ code }), 5, 0, policy)).toMatchObject({ action: 'fail', error: { code } })
    expect(decideRetry(makeFailure({ code }), 6, 0, policy)).toMatchObject({ action: 'fail' })
  })

  const uncounted: WorkErrorCode[] = ['stripe_rate_limited', 'stripe_unauthorized']
  it.each(uncounted)('neither counts %s nor gives it up, because it is not the row’s fault', (code) => {
    expect(decideRetry(makeFailure({ code }), 1_000_000, 0, policy)).toMatchObject({ action: 'retry', counted: false })
  })

  it('doubles the longest wait with each attempt, up to the policy’s maximum', () => {
    const delays = [1, 2, 3, 4].map((attempts) => {
      const decision = decideRetry(makeFailure(), attempts, 1 - Number.EPSILON, { ...policy, maxDelayMs: 4000 })
      return decision.action === 'retry' && decision.delayMs
    })
    expect(delays).toEqual([1000, 2000, 4000, 4000])
  })

  it('waits at least as long as Stripe asks, and longer if it would have anyway', () => {
    const limited = makeFailure({ code: 'stripe_rate_limited', retryAfterMs: 30_000 })
    expect(decideRetry(limited, 1, 0.5, policy)).toMatchObject({ delayMs: 30_000 })
    expect(decideRetry({ ...limited, retryAfterMs: 0 }, 1, 0, policy)).toMatchObject({ delayMs: 1000 })
  })

  it('passes on that the request may still take effect', () => {
    expect(decideRetry(makeFailure({ unsettled: true }), 1, 0, policy)).toMatchObject({ unsettled: true })
    expect(decideRetry(makeFailure(), 1, 0, policy)).toMatchObject({ unsettled: false })
  })

  it('stores neither what only the next step needs nor fields without a value', () => {
    const { error } = decideRetry(makeFailure({ retryAfterMs: 1 }), 1, 0, policy)
    expect(error).toStrictEqual({ code: 'stripe_unavailable', message: 'No.' })
  })

  it('always waits between half of the ceiling and the ceiling', () => {
    const attempts = fc.integer({ min: 1, max: defaultRetryPolicy.maxAttempts - 1 })
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
    fc.assert(
      fc.property(attempts, random, (attempt, number) => {
        const decision = decideRetry(makeFailure(), attempt, number, defaultRetryPolicy)
        const ceiling = Math.min(600_000, 1000 * 2 ** (attempt - 1))
        const delayMs = decision.action === 'retry' ? decision.delayMs : Number.NaN
        expect(delayMs).toBeGreaterThanOrEqual(ceiling / 2)
        expect(delayMs).toBeLessThanOrEqual(ceiling)
        expect(Number.isInteger(delayMs)).toBe(true)
      }),
    )
  })

  it('spends few attempts on waiting 30 s for a request in progress', () => {
    let waitedMs = 0
    let attempts = 1
    // The shortest waits: random is 0.
    for (; waitedMs < 30_000; attempts += 1) {
      const decision = decideRetry(makeFailure({ code: 'stripe_in_flight' }), attempts, 0, defaultRetryPolicy)
      waitedMs += decision.action === 'retry' ? decision.delayMs : Number.NaN
    }
    expect(attempts).toBe(7)
  })

  it('tries a row for about 30 hours, longer than Stripe remembers a key, by default', () => {
    // The mean of the waits, and the shortest possible.
    expect(sumHours(0.5)).toBeCloseTo(30.1, 1)
    expect(sumHours(0)).toBeGreaterThan(20)
  })
})
