import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decideCreate, isKeySpent } from './decide-create.ts'

const parameters = { metadata: { profile_id: '10000000-0000-4000-8000-000000000001' } }
const fresh = { kind: 'create', lookFirst: false, keyExpired: false, parameters, unsettledSeconds: 0 } as const

describe('decideCreate', () => {
  it('sends the key while Stripe certainly knows it', () => {
    expect(decideCreate(fresh)).toEqual({ step: 'send', parameters })
  })

  it('sends the key although an earlier request may be in transit, because both end in the same customer', () => {
    expect(decideCreate({ ...fresh, unsettledSeconds: 300 })).toEqual({ step: 'send', parameters })
  })

  it.each([
    { what: 'a key that Stripe may have forgotten', work: { ...fresh, keyExpired: true } },
    { what: 'a key of a row that may have a customer already', work: { ...fresh, lookFirst: true } },
    { what: 'a key that was not frozen', work: { ...fresh, parameters: null } },
  ])('does not send $what', ({ work }) => {
    expect(decideCreate(work)).toEqual({ step: 'find' })
  })

  it.each(['update', 'delete'] as const)('finds out what became of a key before the %s, for any link', (kind) => {
    expect(decideCreate({ ...fresh, kind, lookFirst: true })).toEqual({ step: 'send', parameters })
    expect(decideCreate({ ...fresh, kind, keyExpired: true })).toEqual({ step: 'find' })
  })

  it('waits while a request with an old key may be in transit', () => {
    const old = { ...fresh, keyExpired: true }
    expect(decideCreate({ ...old, unsettledSeconds: 0.0004 })).toEqual({ step: 'wait', delayMs: 1 })
    expect(decideCreate({ ...old, unsettledSeconds: 299.5 })).toEqual({ step: 'wait', delayMs: 299_500 })
  })

  it('never sends a key that Stripe may have forgotten, and never looks while a request is in transit', () => {
    const work = fc.record({
      kind: fc.constantFrom('create', 'update', 'delete'),
      lookFirst: fc.boolean(),
      keyExpired: fc.boolean(),
      parameters: fc.constantFrom(parameters, null),
      unsettledSeconds: fc.double({ min: 0, max: 1e9, noNaN: true }),
    })
    fc.assert(
      fc.property(work, (row) => {
        const { step } = decideCreate(row)
        expect(step === 'send' && (row.keyExpired || row.parameters === null)).toBe(false)
        expect(step === 'find' && row.unsettledSeconds > 0).toBe(false)
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
