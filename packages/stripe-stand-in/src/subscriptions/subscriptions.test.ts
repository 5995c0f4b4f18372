import { expect, it } from 'vitest'
import { startForTest, stripeErrorOf } from '../../test/start-for-test.ts'
import { StandInError } from '../errors.ts'

it('lists the subscriptions of a customer, newest first', async () => {
  const { standIn, stripe } = await startForTest({ clock: () => new Date(1_700_000_000_000) })
  const { id: customer } = await stripe.customers.create()
  const { id: other } = await stripe.customers.create()
  standIn.addSubscription(customer)
  standIn.advanceClock(60)
  standIn.addSubscription(customer)
  const { data } = await stripe.subscriptions.list({ customer })
  expect(data).toMatchObject([
    { object: 'subscription', status: 'active', customer, canceled_at: null, created: 1_700_000_060 },
    { object: 'subscription', status: 'active', customer, canceled_at: null, created: 1_700_000_000 },
  ])
  expect(data[0]?.id).toMatch(/^sub_[0-9A-Za-z]{24}$/)
  expect((await stripe.subscriptions.list({ customer, limit: 1 })).has_more).toBe(true)
  expect((await stripe.subscriptions.list({ customer: other })).data).toEqual([])
  expect((await stripe.subscriptions.list()).data).toHaveLength(2)
})

it('cancels the subscriptions of a deleted customer before it deletes the customer', async () => {
  const { standIn, stripe } = await startForTest()
  const { id: customer } = await stripe.customers.create()
  standIn.addSubscription(customer)
  standIn.addSubscription(customer)
  await stripe.customers.del(customer)
  expect((await stripe.subscriptions.list({ customer })).data).toEqual([])
  expect(standIn.state().counts.activeSubscriptions).toBe(0)
  const events = (await stripe.events.list()).data.toReversed()
  expect(events.map(({ type }) => type)).toEqual([
    'customer.created',
    'customer.subscription.created',
    'customer.subscription.created',
    'customer.subscription.deleted',
    'customer.subscription.deleted',
    'customer.deleted',
  ])
  expect(events[1]).toMatchObject({ request: { id: null }, data: { object: { customer, status: 'active' } } })
  expect(events[3]).toMatchObject({ data: { object: { customer, status: 'canceled', ended_at: expect.any(Number) } } })
})

it('refuses to add a subscription to a customer that is deleted or never existed', async () => {
  const { standIn, stripe } = await startForTest()
  const { id } = await stripe.customers.create()
  await stripe.customers.del(id)
  for (const customer of [id, 'cus_missing']) {
    expect(() => standIn.addSubscription(customer)).toThrow(StandInError)
    expect(() => standIn.addSubscription(customer)).toThrow(`No such customer: ${customer}`)
  }
  expect(standIn.state().counts.activeSubscriptions).toBe(0)
})

it.each([
  ['status=all', undefined, 'status'],
  ['price=price_1', undefined, 'price'],
  ['prize=price_1', 'parameter_unknown', 'prize'],
])('refuses to list with %s', async (query, code, param) => {
  const { stripe } = await startForTest()
  const error = await stripeErrorOf(stripe.rawRequest('GET', `/v1/subscriptions?${query}`))
  expect(error).toMatchObject({ statusCode: 400, param })
  expect(error.code).toBe(code)
})
