import { Stripe } from 'stripe'
import { expect, it } from 'vitest'
import { createSleepGate } from '../../test/sleep-gate.ts'
import { eventually, post, startForTest, stripeErrorOf } from '../../test/start-for-test.ts'

const params = { email: 'ada@example.com', metadata: { profile_id: 'p1', plan: 'free' } }
const sameInOtherOrder = { metadata: { plan: 'free', profile_id: 'p1' }, email: 'ada@example.com' }
const idempotencyKey = 'key-1'

it('replays the first response, with the same bytes, for the same key and parameters', async () => {
  const { standIn } = await startForTest()
  const send = () => post(standIn, '/v1/customers', 'email=a%40b.co&name=Ada', { 'Idempotency-Key': 'key-1' })
  const first = await send()
  const again = await send()
  expect(await again.text()).toBe(await first.text())
  expect(first.headers.get('idempotent-replayed')).toBeNull()
  expect(first.headers.get('original-request')).toBe(first.headers.get('request-id'))
  expect(again.headers.get('idempotent-replayed')).toBe('true')
  expect(again.headers.get('idempotency-key')).toBe('key-1')
  expect(again.headers.get('original-request')).toBe(first.headers.get('request-id'))
  expect(again.headers.get('request-id')).not.toBe(first.headers.get('request-id'))
  expect(again.headers.get('stripe-should-retry')).toBe('false')
  expect(standIn.state().requests).toMatchObject({ total: 2, replayed: 1 })
})

it('ignores the order of parameters', async () => {
  const { stripe } = await startForTest()
  const first = await stripe.customers.create(params, { idempotencyKey })
  expect(await stripe.customers.create(sameInOtherOrder, { idempotencyKey })).toEqual(first)
})

it('replays the first response even if the customer has changed since', async () => {
  const { stripe } = await startForTest()
  const { id } = await stripe.customers.create(params, { idempotencyKey })
  await stripe.customers.del(id)
  expect(await stripe.customers.create(params, { idempotencyKey })).toMatchObject({ id, email: 'ada@example.com' })
})

it('refuses the same key with other parameters or for another endpoint', async () => {
  const { standIn, stripe } = await startForTest()
  const { id } = await stripe.customers.create(params, { idempotencyKey })
  const calls = [
    stripe.customers.create({ ...params, name: 'Ada' }, { idempotencyKey }),
    stripe.customers.create({ email: 'not an address' }, { idempotencyKey }),
    stripe.customers.update(id, params, { idempotencyKey }),
  ]
  for (const call of calls) {
    const error = await stripeErrorOf(call)
    expect(error).toBeInstanceOf(Stripe.errors.StripeIdempotencyError)
    expect(error).toMatchObject({ statusCode: 400, rawType: 'idempotency_error' })
    expect(error.message).toContain('key-1')
  }
  expect(standIn.state().counts.customers).toBe(1)
})

it('executes one of many simultaneous requests with one key, and answers the others that it is in flight', async () => {
  const gate = createSleepGate()
  const { standIn, stripe } = await startForTest({ sleep: gate.sleep })
  standIn.addFaults({ kind: 'delay', delayMs: 500, method: 'POST' })
  const calls = Array.from({ length: 20 }, () => stripe.customers.create(params, { idempotencyKey }))
  const settled = Promise.allSettled(calls)
  await eventually(() => standIn.state().requests.byStatus).toEqual({ 409: 19 })
  gate.open()
  const results = await settled
  const refused = results.flatMap((call): unknown[] => (call.status === 'rejected' ? [call.reason] : []))
  const ids = results.flatMap((call) => (call.status === 'fulfilled' ? [call.value.id] : []))
  expect(ids).toHaveLength(1)
  expect(refused).toHaveLength(19)
  for (const error of refused) expect(error).toMatchObject({ statusCode: 409, code: 'idempotency_key_in_use' })
  expect(standIn.state().counts.customers).toBe(1)
})

it('gives every caller the same customer when the SDK retries a request in flight', async () => {
  const gate = createSleepGate()
  const { standIn, stripe } = await startForTest({ sleep: gate.sleep }, { maxNetworkRetries: 2 })
  standIn.addFaults({ kind: 'delay', delayMs: 200, method: 'POST' })
  const calls = Array.from({ length: 5 }, () => stripe.customers.create(params, { idempotencyKey }))
  await eventually(() => standIn.state().requests.byStatus[409]).toBe(4)
  gate.open()
  const results = await Promise.all(calls)
  expect(new Set(results.map(({ id }) => id)).size).toBe(1)
  expect(standIn.state().counts.customers).toBe(1)
})

it.each([
  ['an invalid parameter', 400, {}, 'email=nobody'],
  ['a missing key', 401, { Authorization: '' }, 'email=a%40b.co'],
])('stores nothing for %s', async (_, status, headers, body) => {
  const { standIn } = await startForTest()
  const refused = await post(standIn, '/v1/customers', body, { 'Idempotency-Key': 'key-1', ...headers })
  expect(refused.status).toBe(status)
  const accepted = await post(standIn, '/v1/customers', 'email=c%40d.co', { 'Idempotency-Key': 'key-1' })
  expect(accepted.status).toBe(200)
  expect(accepted.headers.get('idempotent-replayed')).toBeNull()
})

it('does not store a rate limit error', async () => {
  const { standIn, stripe } = await startForTest({ rateLimits: { globalPerSecond: 1 } })
  await stripe.customers.list()
  const error = await stripeErrorOf(stripe.customers.create(params, { idempotencyKey }))
  expect(error).toBeInstanceOf(Stripe.errors.StripeRateLimitError)
  standIn.advanceClock(1)
  const created = await stripe.customers.create({ email: 'other@example.com' }, { idempotencyKey })
  expect(created.lastResponse.headers['idempotent-replayed']).toBeUndefined()
})

it('stores the error of a missing customer, because the endpoint had begun', async () => {
  const { stripe } = await startForTest()
  const first = await stripeErrorOf(stripe.customers.update('cus_missing', { name: 'x' }, { idempotencyKey }))
  const again = await stripeErrorOf(stripe.customers.update('cus_missing', { name: 'x' }, { idempotencyKey }))
  expect(first.statusCode).toBe(404)
  expect(again.statusCode).toBe(404)
  expect(again.headers?.['idempotent-replayed']).toBe('true')
})

it('keeps a key for 24 hours and then forgets it', async () => {
  const { standIn, stripe } = await startForTest()
  const { id } = await stripe.customers.create(params, { idempotencyKey })
  standIn.advanceClock(24 * 3600 - 60)
  expect((await stripe.customers.create(params, { idempotencyKey })).id).toBe(id)
  standIn.advanceClock(3600)
  expect(standIn.state().counts.idempotencyKeys).toBe(0)
  expect((await stripe.customers.create(params, { idempotencyKey })).id).not.toBe(id)
})

it('ignores keys on GET and DELETE', async () => {
  const { standIn, stripe } = await startForTest()
  const { id } = await stripe.customers.create(params)
  await stripe.customers.list({}, { idempotencyKey })
  await stripe.customers.del(id, {}, { idempotencyKey })
  const created = await stripe.customers.create(params, { idempotencyKey })
  expect(created.id).not.toBe(id)
  expect(standIn.state().requests.replayed).toBe(0)
})

it('refuses a key of more than 255 characters', async () => {
  const { stripe } = await startForTest()
  await stripe.customers.create(params, { idempotencyKey: 'k'.repeat(255) })
  const error = await stripeErrorOf(stripe.customers.create(params, { idempotencyKey: 'k'.repeat(256) }))
  expect(error.statusCode).toBe(400)
})
