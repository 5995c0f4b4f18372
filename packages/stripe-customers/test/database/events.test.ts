import type { PGlite } from '@electric-sql/pglite'
import { createTestDatabase } from '@routekey/sandbox/test-database'
import type { Stripe } from 'stripe'
import type { StripeStandIn } from '@routekey/stripe-stand-in'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createStripeCustomers, type StripeCustomers } from '../../src/index.ts'
import { createStripe, signUp, startStripe } from '../test-stack.ts'

describe('applyEvent', () => {
  let database: PGlite
  let standIn: StripeStandIn
  let stripe: Stripe
  let customers: StripeCustomers
  beforeAll(async () => {
    ;[database, standIn] = await Promise.all([createTestDatabase(), startStripe()])
    stripe = createStripe(standIn)
    customers = createStripeCustomers({ postgres: database, stripe })
  })
  afterAll(async () => {
    await Promise.all([database.close(), standIn.stop()])
  })

  const provisioned = async (email: string | null) => {
    const profileId = await signUp(database, email)
    const result = await customers.provision(profileId)
    if (result.outcome !== 'provisioned') throw new Error(`The outcome is ${result.outcome}.`)
    return { profileId, stripeCustomer: result.stripeCustomer }
  }
  /** Returns the newest event of a type, as Stripe sends it. */
  const newest = async (type: string) => {
    const [event] = (await stripe.events.list({ type, limit: 1 })).data
    return event!
  }
  const live = (profileId: string) =>
    standIn.state().customers.filter(({ metadata }) => metadata['profile_id'] === profileId)

  it('creates another customer when one was deleted in Stripe, once', async () => {
    const { profileId, stripeCustomer } = await provisioned('ada@example.com')
    await stripe.customers.del(stripeCustomer)
    const event = await newest('customer.deleted')

    expect(await customers.applyEvent(event)).toEqual({ outcome: 'unlinked', profileId })
    const again = await customers.provision(profileId)
    expect(again).toMatchObject({ outcome: 'provisioned' })
    expect(again).not.toMatchObject({ stripeCustomer })
    expect(await customers.applyEvent(event)).toEqual({ outcome: 'duplicate' })
    expect(await customers.provision(profileId)).toEqual(again)
    expect(live(profileId)).toHaveLength(1)
  })

  it('applies an event once that arrives ten times at once', async () => {
    const { profileId, stripeCustomer } = await provisioned('grace@example.com')
    await stripe.customers.del(stripeCustomer)
    const event = await newest('customer.deleted')
    const results = await Promise.all(Array.from({ length: 10 }, () => customers.applyEvent(event)))
    expect(results.filter(({ outcome }) => outcome === 'unlinked')).toHaveLength(1)
    expect(results.filter(({ outcome }) => outcome === 'duplicate')).toHaveLength(9)
    await customers.sweep()
    expect(live(profileId)).toHaveLength(1)
  })

  it('restores the e-mail and the id of the profile on its customer', async () => {
    const { profileId, stripeCustomer } = await provisioned('hedy@example.com')
    await stripe.customers.update(stripeCustomer, { email: 'other@example.com', metadata: { profile_id: '' } })
    expect(await customers.applyEvent(await newest('customer.updated'))).toEqual({ outcome: 'reopened', profileId })
    await customers.sweep()
    expect(live(profileId)).toMatchObject([{ id: stripeCustomer, email: 'hedy@example.com' }])
  })

  it('does not respond to its own update with another one', async () => {
    const { profileId, stripeCustomer } = await provisioned('joan@example.com')
    await stripe.customers.update(stripeCustomer, { email: 'other@example.com' })
    await customers.applyEvent(await newest('customer.updated'))
    await customers.sweep()
    expect(await customers.applyEvent(await newest('customer.updated'))).toEqual({ outcome: 'unchanged', profileId })
    expect(await customers.sweep()).toMatchObject({ claimed: 0 })
  })

  it('keeps other changes from the dashboard', async () => {
    const { profileId, stripeCustomer } = await provisioned('radia@example.com')
    await stripe.customers.update(stripeCustomer, { name: 'Radia', metadata: { plan: 'pro' } })
    expect(await customers.applyEvent(await newest('customer.updated'))).toEqual({ outcome: 'unchanged', profileId })
  })

  it('accepts the event of a deletion that the engine made', async () => {
    const { profileId, stripeCustomer } = await provisioned('leaving@example.com')
    await database.query('delete from auth.users where id = $1', [profileId])
    await customers.sweep()
    const event = await newest('customer.deleted')
    expect(event.data.object).toMatchObject({ id: stripeCustomer })
    expect(await customers.applyEvent(event)).toEqual({ outcome: 'unknown_customer' })
    expect(await customers.sweep()).toMatchObject({ claimed: 0 })
  })

  it('converges when events arrive in the wrong order', async () => {
    const { profileId, stripeCustomer } = await provisioned('order@example.com')
    await stripe.customers.update(stripeCustomer, { email: 'other@example.com' })
    const updated = await newest('customer.updated')
    await stripe.customers.del(stripeCustomer)
    expect(await customers.applyEvent(await newest('customer.deleted'))).toMatchObject({ outcome: 'unlinked' })
    expect(await customers.applyEvent(updated)).toEqual({ outcome: 'unknown_customer' })
    await customers.sweep()
    expect(live(profileId)).toMatchObject([{ email: 'order@example.com' }])
  })

  it('replaces a customer that was deleted before it was linked', async () => {
    const profileId = await signUp(database, 'early@example.com')
    // A worker creates the customer, somebody deletes it, and only then the worker reports.
    const lease = crypto.randomUUID()
    await database.query('select * from public.claim_stripe_customer_work($1, 30, 1, $2)', [lease, profileId])
    const { id } = await stripe.customers.create({ email: 'early@example.com', metadata: { profile_id: profileId } })
    await stripe.customers.del(id)
    expect(await customers.applyEvent(await newest('customer.deleted'))).toEqual({ outcome: 'unknown_customer' })
    const args = [profileId, lease, 'create', id, 'early@example.com', 1]
    await database.query('select public.complete_stripe_customer_work($1, $2, $3, $4, $5, $6)', args)

    await customers.sweep()
    expect(live(profileId)).toHaveLength(1)
    const { rows } = await database.query('select stripe_customer from public.profile where id = $1', [profileId])
    expect(rows).toEqual([{ stripe_customer: live(profileId)[0]!.id }])
  })

  it.each([
    [{ livemode: true }, 'other_mode'],
    [{ account: 'acct_connected' }, 'other_account'],
  ])('ignores an event with %j, and leaves the link as it is', async (origin, reason) => {
    const { profileId, stripeCustomer } = await provisioned(`${reason}@example.com`)
    await stripe.customers.del(stripeCustomer)
    const event = await newest('customer.deleted')
    const inTestMode = createStripeCustomers({ postgres: database, stripe, livemode: false })
    expect(await inTestMode.applyEvent({ ...event, ...origin })).toEqual({ outcome: 'ignored', reason })
    expect(await customers.provision(profileId)).toEqual({ outcome: 'provisioned', stripeCustomer })

    expect(await inTestMode.applyEvent(event)).toEqual({ outcome: 'unlinked', profileId })
  })

  it.each([
    ['an event of another type', { id: 'evt_1', type: 'invoice.paid', data: { object: { id: 'in_1' } } }],
    ['an event about another object', { id: 'evt_1', type: 'customer.updated', data: { object: { id: 'acct_1' } } }],
    ['an event without an object', { id: 'evt_1', type: 'customer.deleted' }],
    ['an event with an invalid id', { id: '1', type: 'customer.deleted', data: { object: { id: 'cus_1' } } }],
    [
      'an event with NUL in the id of its customer',
      { id: 'evt_1', type: 'customer.deleted', data: { object: { id: 'cus_\0' } } },
    ],
    [
      'an event with a lone surrogate in an address',
      { id: 'evt_1', type: 'customer.updated', data: { object: { id: 'cus_1', email: '\ud800' } } },
    ],
    [
      'an event with an id that is too long',
      { id: `evt_${'1'.repeat(252)}`, type: 'customer.deleted', data: { object: { id: 'cus_1' } } },
    ],
    [
      'a thin event',
      { id: 'evt_1', object: 'v2.core.event', type: 'customer.deleted', data: { object: { id: 'cus_1' } } },
    ],
    ['an array', [{ id: 'evt_1', type: 'customer.deleted', data: { object: { id: 'cus_1' } } }]],
    ['null', null],
  ])('ignores %s', async (_, event) => {
    expect(await customers.applyEvent(event)).toEqual({ outcome: 'ignored', reason: 'other_event' })
  })
})
