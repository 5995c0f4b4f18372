import { describe, expect, it } from 'vitest'
import { describeCause, describeNextAttempt, parseStripeCustomerProgress } from './stripe-customer-progress.ts'

describe('parseStripeCustomerProgress', () => {
  it.each([
    { status: 'pending' },
    { status: 'waiting' },
    { status: 'failed', cause: 'details' },
    { status: 'failed', cause: 'application' },
    { status: 'retrying', nextAttemptAt: '2026-11-23T18:00:00.000Z', cause: 'stripe' },
    { status: 'retrying', nextAttemptAt: null, cause: 'stripe' },
    { status: 'done', stripeCustomer: 'cus_1' },
  ])('reads back %j', (progress) => {
    expect(parseStripeCustomerProgress(JSON.parse(JSON.stringify(progress)))).toEqual(progress)
  })

  it.each([
    null,
    'done',
    [],
    {},
    { status: 'unknown' },
    { status: 'done' },
    { status: 'done', stripeCustomer: null },
    { status: 'failed' },
    { status: 'failed', cause: 'stripe_refused' },
    { status: 'failed', cause: 'toString' },
    { status: 'retrying', cause: 'stripe' },
    { status: 'retrying', nextAttemptAt: null },
    { status: 'retrying', nextAttemptAt: 'soon', cause: 'stripe' },
    { status: 'retrying', nextAttemptAt: 7, cause: 'stripe' },
  ])('refuses %j', (value) => {
    expect(parseStripeCustomerProgress(value)).toBeNull()
  })
})

describe('describeCause', () => {
  it('mentions the details of the owner only if Stripe rejected them', () => {
    expect(describeCause('details')).toContain('your details')
    for (const cause of ['stripe', 'application'] as const) expect(describeCause(cause)).not.toContain('details')
  })
})

describe('describeNextAttempt', () => {
  const nowMs = Date.parse('2026-11-23T18:00:00.000Z')

  it.each([
    ['2026-11-23T18:00:20.000Z', 'Next attempt in 20 s.'],
    ['2026-11-23T18:00:19.001Z', 'Next attempt in 20 s.'],
    ['2026-11-23T18:00:00.001Z', 'Next attempt in 1 s.'],
    ['2026-11-23T18:01:39.000Z', 'Next attempt in 99 s.'],
    ['2026-11-23T18:10:00.000Z', 'Next attempt in 10 min.'],
    ['2026-11-23T18:00:00.000Z', 'Next attempt soon.'],
    ['2026-11-23T17:59:00.000Z', 'Next attempt soon.'],
  ])('describes %s as: %s', (nextAttemptAt, text) => {
    expect(describeNextAttempt(nextAttemptAt, nowMs)).toBe(text)
  })

  it('says that an attempt is in progress', () => {
    expect(describeNextAttempt(null, nowMs)).toBe('Trying again now.')
    expect(describeNextAttempt(null, null)).toBe('Trying again now.')
  })

  it('names no time without a clock', () => {
    expect(describeNextAttempt('2026-11-23T18:00:20.000Z', null)).toBe('Next attempt soon.')
  })
})
