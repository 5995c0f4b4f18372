import { describe, expect, it } from 'vitest'
import { parseStripeCustomerProgress } from './stripe-customer-progress.ts'

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
