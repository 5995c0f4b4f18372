import { describe, expect, it } from 'vitest'
import { describeNextAttempt, parseStripeCustomerProgress } from './stripe-customer-progress.ts'

describe('parseStripeCustomerProgress', () => {
  it.each([
    { status: 'pending' },
    { status: 'failed' },
    { status: 'retrying', nextAttemptAt: '2026-11-23T18:00:00.000Z' },
    { status: 'done', stripeCustomer: 'cus_1' },
  ])('reads back %j', (progress) => {
    expect(parseStripeCustomerProgress(JSON.parse(JSON.stringify(progress)))).toEqual(progress)
  })

  it.each([
    null,
    'done',
    [],
    {},
    { status: 'unheard of' },
    { status: 'done' },
    { status: 'done', stripeCustomer: null },
    { status: 'retrying' },
    { status: 'retrying', nextAttemptAt: 'soon' },
    { status: 'retrying', nextAttemptAt: 7 },
  ])('refuses %j', (value) => {
    expect(parseStripeCustomerProgress(value)).toBeNull()
  })
})

describe('describeNextAttempt', () => {
  const nowMs = Date.parse('2026-11-23T18:00:00.000Z')

  it.each([
    ['2026-11-23T18:00:20.000Z', 'Trying again in 20 s.'],
    ['2026-11-23T18:00:19.001Z', 'Trying again in 20 s.'],
    ['2026-11-23T18:00:00.001Z', 'Trying again in 1 s.'],
    ['2026-11-23T18:01:39.000Z', 'Trying again in 99 s.'],
    ['2026-11-23T18:10:00.000Z', 'Trying again in 10 min.'],
    ['2026-11-23T18:00:00.000Z', 'Trying again shortly.'],
    ['2026-11-23T17:59:00.000Z', 'Trying again shortly.'],
  ])('says of %s: %s', (nextAttemptAt, text) => {
    expect(describeNextAttempt(nextAttemptAt, nowMs)).toBe(text)
  })

  it('names no time where the clock is not known', () => {
    expect(describeNextAttempt('2026-11-23T18:00:20.000Z', null)).toBe('Trying again shortly.')
  })
})
