import { describe, expect, it } from 'vitest'
import { describeStripeEvent } from './describe-stripe-event.ts'

describe('describeStripeEvent', () => {
  it('returns the id and the type, and nothing else', () => {
    const event = { id: 'evt_1', type: 'customer.deleted', data: { object: { email: 'ada@example.com' } } }
    expect(describeStripeEvent(event)).toEqual({ id: 'evt_1', type: 'customer.deleted' })
  })

  it.each([null, [], 1, 'x', {}, { id: 1, type: null }, { id: 'evt_\0', type: 'ada@example.com' }])(
    'returns nothing of %j',
    (event) => {
      expect(describeStripeEvent(event)).toEqual({})
    },
  )

  it('returns the type if the id is of another shape', () => {
    expect(describeStripeEvent({ id: '\n', type: 'v1.customer.deleted' })).toEqual({ type: 'v1.customer.deleted' })
  })
})
