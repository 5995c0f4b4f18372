import { describe, expect, it } from 'vitest'
import { decideProfile, type LiveCustomer, type ProfileRow } from './decide-profile.ts'

const profileId = '0b0e7ed0-4a1a-4f9e-9b5e-0a5bc1a6d7f1'
const makeProfile = (values: Partial<ProfileRow> = {}): ProfileRow => ({
  profileId,
  email: 'ada@example.com',
  stripeCustomer: 'cus_a',
  state: 'done',
  busy: false,
  elsewhere: false,
  ...values,
})
const makeCustomer = (values: Partial<LiveCustomer> = {}): LiveCustomer => ({
  id: 'cus_a',
  email: 'ada@example.com',
  profileId,
  created: 1000,
  ...values,
})
const a = makeCustomer()
const b = makeCustomer({ id: 'cus_b', created: 2000 })
const duplicate = { kind: 'duplicate', profileId, subscribed: false, inUse: null, older: false }
const older = makeCustomer({ id: 'cus_c', created: 500 })

describe('decideProfile', () => {
  it('finds nothing if both sides agree', () => {
    expect(decideProfile(makeProfile(), a, [a])).toEqual([])
    const without = makeCustomer({ email: null })
    expect(decideProfile(makeProfile({ email: null }), without, [without])).toEqual([])
  })

  it.each(['done', 'failed', null] as const)('finds a profile without a customer whose work is %s', (state) => {
    const finding = { kind: 'missing', profileId, adopt: null }
    expect(decideProfile(makeProfile({ stripeCustomer: null, state }), null, [])).toEqual([finding])
  })

  it('leaves a profile that the rule does not allow a customer without one, but adopts one that exists', () => {
    const waiting = makeProfile({ stripeCustomer: null, state: 'waiting' })
    expect(decideProfile(waiting, null, [])).toEqual([])
    expect(decideProfile(waiting, null, [a])).toEqual([{ kind: 'missing', profileId, adopt: 'cus_a' }])
  })

  it('leaves work to the engine that it is about to do', () => {
    expect(decideProfile(makeProfile({ stripeCustomer: null, state: 'pending' }), null, [])).toEqual([])
    const other = makeCustomer({ email: 'old@example.com' })
    expect(decideProfile(makeProfile({ state: 'pending' }), other, [other])).toEqual([])
    expect(decideProfile(makeProfile({ stripeCustomer: null, busy: true }), null, [a, b])).toEqual([])
  })

  it('adopts the oldest of several customers for a profile without a link, even while its work is pending', () => {
    expect(decideProfile(makeProfile({ stripeCustomer: null, state: 'pending' }), null, [b, older])).toEqual([
      { kind: 'missing', profileId, adopt: 'cus_c' },
      { ...duplicate, stripeCustomer: 'cus_b', kept: 'cus_c' },
    ])
  })

  it('reports a customer with the same e-mail and no mark as possible, and never adopts it', () => {
    const alike = makeCustomer({ id: 'cus_d', profileId: null })
    expect(decideProfile(makeProfile({ stripeCustomer: null, state: null }), null, [], new Map(), [alike])).toEqual([
      { kind: 'missing', profileId, adopt: null },
      { kind: 'possible', profileId, stripeCustomer: 'cus_d', linked: null },
    ])
    expect(decideProfile(makeProfile(), a, [a], new Map(), [alike])).toEqual([
      { kind: 'possible', profileId, stripeCustomer: 'cus_d', linked: 'cus_a' },
    ])
  })

  it.each(['pending', 'waiting', 'dismissed'] as const)(
    'reports no possible customer while the work is %s',
    (state) => {
      const alike = makeCustomer({ id: 'cus_d', profileId: null })
      expect(decideProfile(makeProfile({ stripeCustomer: null, state }), null, [], new Map(), [alike])).toEqual([])
    },
  )

  it('finds nothing about dismissed work, but a dead link', () => {
    expect(decideProfile(makeProfile({ stripeCustomer: null, state: 'dismissed' }), null, [])).toEqual([])
    const other = makeCustomer({ email: 'old@example.com' })
    expect(decideProfile(makeProfile({ state: 'dismissed' }), other, [other])).toEqual([])
    expect(decideProfile(makeProfile({ state: 'dismissed' }), 'deleted', [])).toMatchObject([{ kind: 'deleted' }])
  })

  it('prefers a customer with a subscription to the oldest', () => {
    expect(
      decideProfile(makeProfile({ stripeCustomer: null }), null, [b, older], new Map([['cus_b', 'subscription']])),
    ).toEqual([
      { kind: 'missing', profileId, adopt: 'cus_b' },
      { ...duplicate, stripeCustomer: 'cus_c', kept: 'cus_b', older: true },
    ])
  })

  it('prefers a customer with an invoice to the oldest, and one with a subscription to both', () => {
    const paid = makeCustomer({ id: 'cus_d', created: 3000 })
    const missing = makeProfile({ stripeCustomer: null })
    const uses = new Map([['cus_b', 'invoice']] as const)
    expect(decideProfile(missing, null, [older, b, paid], uses)[0]).toMatchObject({ adopt: 'cus_b' })
    const [first] = decideProfile(
      missing,
      null,
      [older, b, paid],
      new Map([...uses, ['cus_d', 'subscription']] as const),
    )
    expect(first).toMatchObject({ adopt: 'cus_d' })
  })

  it('says of a duplicate whether it is older than the linked customer', () => {
    expect(decideProfile(makeProfile(), a, [a, older])).toEqual([
      { ...duplicate, stripeCustomer: 'cus_c', kept: 'cus_a', older: true },
    ])
  })

  it('keeps the linked customer even if another one has the subscription', () => {
    expect(decideProfile(makeProfile(), a, [a, b], new Map([['cus_b', 'subscription']]))).toEqual([
      { ...duplicate, stripeCustomer: 'cus_b', kept: 'cus_a', subscribed: true, inUse: 'subscription' },
    ])
  })

  it.each([
    ['deleted', false],
    ['unknown', true],
  ] as const)('finds a link to a customer that is %s, and another customer to adopt', (linked, unknown) => {
    const finding = { kind: 'deleted', profileId, stripeCustomer: 'cus_a', unknown }
    expect(decideProfile(makeProfile(), linked, [])).toEqual([{ ...finding, adopt: null }])
    expect(decideProfile(makeProfile(), linked, [b])).toEqual([{ ...finding, adopt: 'cus_b' }])
  })

  it('finds e-mails that differ, and an e-mail on one side only', () => {
    const finding = { kind: 'email_drift', profileId, stripeCustomer: 'cus_a' }
    for (const email of ['Ada@example.com', '', null]) {
      const customer = makeCustomer({ email })
      expect(decideProfile(makeProfile(), customer, [customer])).toEqual([finding])
    }
    expect(decideProfile(makeProfile({ email: null, state: 'failed' }), a, [a])).toEqual([finding])
  })

  it.each([null, 'ffffffff-4a1a-4f9e-9b5e-0a5bc1a6d7f1'])('finds a linked customer with the profile id %j', (other) => {
    expect(decideProfile(makeProfile(), makeCustomer({ profileId: other }), [])).toEqual([
      { kind: 'unmarked', profileId, stripeCustomer: 'cus_a' },
    ])
  })
})
