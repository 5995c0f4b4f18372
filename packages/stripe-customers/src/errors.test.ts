import { describe, expect, it } from 'vitest'
import { createDatabaseError, isDatabaseError, isRefusal } from './errors.ts'

describe('isRefusal', () => {
  it.each(['42501', '42883', '23505', '23514', 'P0001', '22P02', 'XX000', '28P01', '3D000'])('is so of %s', (code) => {
    expect(isRefusal(code)).toBe(true)
  })

  it.each(['08006', '40001', '40P01', '53300', '57P01', '57P03', '57014', '58030', 'ECONNREFUSED', 'EPIPE', ''])(
    'is not so of what passes by itself or is no answer: %s',
    (code) => {
      expect(isRefusal(code)).toBe(false)
    },
  )
})

describe('isDatabaseError', () => {
  const cause = new Error('why')
  const refused = createDatabaseError('REFUSED', 'claim_stripe_customer_work', 'permission denied', cause)

  it('tells the two kinds apart, and both from everything else', () => {
    expect(isDatabaseError(refused, 'REFUSED')).toBe(true)
    expect(isDatabaseError(refused, 'UNAVAILABLE')).toBe(false)
    expect(isDatabaseError(cause, 'REFUSED')).toBe(false)
    expect(isDatabaseError({ code: refused.code }, 'REFUSED')).toBe(false)
  })

  it('names the function and keeps the cause', () => {
    expect(refused).toMatchObject({
      name: 'StripeCustomersError',
      cause,
      code: 'ERR_STRIPE_CUSTOMERS_DATABASE_REFUSED',
    })
    expect(refused.message).toBe('The database refused public.claim_stripe_customer_work: permission denied')
  })
})
