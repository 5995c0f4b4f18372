import { expect, it } from 'vitest'
import { startForTest, stripeErrorOf } from '../../test/start-for-test.ts'

it('records each change with the whole object and its request', async () => {
  const { stripe } = await startForTest()
  const customer = await stripe.customers.create({ email: 'a@b.co' }, { idempotencyKey: 'key-1' })
  await stripe.customers.update(customer.id, { email: 'c@d.co' })
  await stripe.customers.del(customer.id)
  const [deleted, updated, created] = (await stripe.events.list()).data
  expect(created).toMatchObject({
    object: 'event',
    type: 'customer.created',
    api_version: '2026-10-28.endive',
    livemode: false,
    pending_webhooks: 0,
    request: { id: customer.lastResponse.requestId, idempotency_key: 'key-1' },
    data: { object: JSON.parse(JSON.stringify(customer)) },
  })
  expect(updated).toMatchObject({ type: 'customer.updated', data: { previous_attributes: { email: 'a@b.co' } } })
  expect(deleted).toMatchObject({ type: 'customer.deleted', data: { object: { id: customer.id, email: 'c@d.co' } } })
})

it('lists only changed attributes as previous, including nested ones, with null for one that was not set', async () => {
  const { stripe } = await startForTest()
  const { id } = await stripe.customers.create({
    name: 'Ada',
    address: { city: 'Rome', country: 'IT' },
    metadata: { a: '1', b: '2', c: '3' },
  })
  await stripe.customers.update(id, { address: { city: 'Milan', country: 'IT' }, metadata: { a: '9', b: '', d: '4' } })
  const [updated] = (await stripe.events.list({ type: 'customer.updated' })).data
  expect(updated?.data.previous_attributes).toEqual({
    address: { city: 'Rome' },
    metadata: { a: '1', b: '2', d: null },
  })
})

it('records no event for an update that changes nothing', async () => {
  const { stripe } = await startForTest()
  const { id } = await stripe.customers.create({ name: 'Ada' })
  await stripe.customers.update(id, { name: 'Ada', metadata: { absent: '' } })
  expect((await stripe.events.list()).data.map(({ type }) => type)).toEqual(['customer.created'])
})

it('lists events by type, page by page', async () => {
  const { stripe } = await startForTest()
  for (let index = 0; index < 12; index += 1) await stripe.customers.del((await stripe.customers.create()).id)
  const deletions = await stripe.events.list({ type: 'customer.deleted', limit: 5 }).autoPagingToArray({ limit: 100 })
  expect(deletions).toHaveLength(12)
  expect((await stripe.events.list({ limit: 100 })).data).toHaveLength(24)
  const error = await stripeErrorOf(stripe.events.list({ starting_after: 'evt_missing' }))
  expect(error).toMatchObject({ statusCode: 400, code: 'resource_missing', param: 'starting_after' })
})
