import { expect, it } from 'vitest'
import { startForTest, stripeErrorOf } from '../../test/start-for-test.ts'

const items = [{ price: 'price_basic', quantity: 2 }, { price: 'price_extra' }]

it('a subscription belongs to its customer and can be found by it', async () => {
  const { stripe } = await startForTest()
  const customer = await stripe.customers.create()
  const other = await stripe.customers.create()
  const created = await stripe.subscriptions.create({ customer: customer.id, items, metadata: { a: '1' } })
  expect(created).toMatchObject({ status: 'active', customer: customer.id, metadata: { a: '1' }, canceled_at: null })
  expect(created.items.data.map(({ price, quantity }) => [price.id, quantity])).toEqual([
    ['price_basic', 2],
    ['price_extra', 1],
  ])
  expect(created.items.data[0]?.price.unit_amount_decimal?.toString()).toBe('1000')
  expect(await stripe.subscriptions.retrieve(created.id)).toEqual(created)
  expect((await stripe.subscriptions.list({ customer: customer.id })).data).toEqual([created])
  expect((await stripe.subscriptions.list({ customer: other.id })).data).toEqual([])
})

it('a customer shows its subscriptions when they are expanded, alone, listed and searched', async () => {
  const { stripe } = await startForTest()
  const { id } = await stripe.customers.create({ email: 'a@b.co' })
  const { id: subscription } = await stripe.subscriptions.create({ customer: id, items })
  const retrieved = await stripe.customers.retrieve(id, { expand: ['subscriptions'] })
  const [listed] = (await stripe.customers.list({ expand: ['data.subscriptions'] })).data
  const [found] = (await stripe.customers.search({ query: `email:'a@b.co'`, expand: ['data.subscriptions'] })).data
  for (const customer of [retrieved, listed, found]) {
    expect(customer).toMatchObject({ subscriptions: { object: 'list', data: [{ id: subscription }] } })
  }
  expect(await stripe.customers.retrieve(id)).not.toHaveProperty('subscriptions')
})

it('a canceled one is left out unless it is asked for', async () => {
  const { stripe } = await startForTest()
  const { id: customer } = await stripe.customers.create()
  const { id } = await stripe.subscriptions.create({ customer, items })
  const canceled = await stripe.subscriptions.cancel(id)
  expect(canceled.status).toBe('canceled')
  expect(canceled.canceled_at).toBeTypeOf('number')
  const count = async (status?: 'active' | 'all' | 'canceled') =>
    (await stripe.subscriptions.list({ customer, ...(status === undefined ? {} : { status }) })).data.length
  expect([await count(), await count('active'), await count('all'), await count('canceled')]).toEqual([0, 0, 1, 1])
  expect((await stripeErrorOf(stripe.subscriptions.cancel(id))).code).toBe('resource_missing')
})

it('deleting the customer cancels all of them, and says so before it says that the customer is gone', async () => {
  const { standIn, stripe } = await startForTest()
  const { id: customer } = await stripe.customers.create()
  const { id: first } = await stripe.subscriptions.create({ customer, items })
  const { id: second } = await stripe.subscriptions.create({ customer, items })
  await stripe.customers.del(customer)
  expect((await stripe.subscriptions.retrieve(first)).status).toBe('canceled')
  expect((await stripe.subscriptions.retrieve(second)).status).toBe('canceled')
  expect(standIn.state().counts.activeSubscriptions).toBe(0)
  const events = await stripe.events.list({ limit: 3 })
  expect(events.data.map(({ type }) => type).toReversed()).toEqual([
    'customer.subscription.deleted',
    'customer.subscription.deleted',
    'customer.deleted',
  ])
})

it.each([
  [{ items }, 'parameter_missing', 'customer', 400],
  [{ customer: 'cus_missing', items }, 'resource_missing', 'customer', 400],
  [{ customer: 'cus_missing' }, 'parameter_missing', 'items', 400],
  [{ customer: 'cus_missing', items: [] }, 'parameter_missing', 'items', 400],
  [{ customer: 'cus_missing', items: [{ prize: 'x' }] }, 'parameter_unknown', 'items[0][prize]', 400],
  [{ customer: 'cus_missing', items, trial_period_days: 3 }, undefined, 'trial_period_days', 400],
])('creating with %j is refused', async (params, code, param, statusCode) => {
  const { stripe } = await startForTest()
  const error = await stripeErrorOf(stripe.rawRequest('POST', '/v1/subscriptions', params))
  expect(error).toMatchObject({ statusCode, param })
  expect(error.code).toBe(code)
})

it('a deleted customer cannot subscribe', async () => {
  const { stripe } = await startForTest()
  const { id: customer } = await stripe.customers.create()
  await stripe.customers.del(customer)
  const error = await stripeErrorOf(stripe.subscriptions.create({ customer, items }))
  expect(error).toMatchObject({ code: 'resource_missing', param: 'customer' })
})
