import { Stripe } from 'stripe'
import { expect, it } from 'vitest'
import { post, startForTest, stripeErrorOf } from '../../test/start-for-test.ts'

const params = { email: 'ada@example.com', metadata: { profile_id: 'p1', plan: 'free' } }
const sameInOtherOrder = { metadata: { plan: 'free', profile_id: 'p1' }, email: 'ada@example.com' }
const idempotencyKey = 'key-1'

it('the same key with the same parameters gives the first result, to the byte', async () => {
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

it('the order of parameters does not matter', async () => {
  const { stripe } = await startForTest()
  const first = await stripe.customers.create(params, { idempotencyKey })
  expect(await stripe.customers.create(sameInOtherOrder, { idempotencyKey })).toEqual(first)
})

it('a replay shows the result of then, although the customer has changed since', async () => {
  const { stripe } = await startForTest()
  const { id } = await stripe.customers.create(params, { idempotencyKey })
  await stripe.customers.del(id)
  expect(await stripe.customers.create(params, { idempotencyKey })).toMatchObject({ id, email: 'ada@example.com' })
})

it('the same key with other parameters or for another endpoint is refused', async () => {
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

it('of many requests at once with one key, one executes and the others are told that it is in flight', async () => {
  const { standIn, stripe } = await startForTest()
  standIn.addFaults({ kind: 'delay', delayMs: 500, method: 'POST' })
  const calls = await Promise.allSettled(
    Array.from({ length: 20 }, () => stripe.customers.create(params, { idempotencyKey })),
  )
  const refused = calls.flatMap((call): unknown[] => (call.status === 'rejected' ? [call.reason] : []))
  const ids = calls.flatMap((call) => (call.status === 'fulfilled' ? [call.value.id] : []))
  expect(new Set(ids).size).toBe(1)
  expect(refused.length).toBeGreaterThan(0)
  for (const error of refused) expect(error).toMatchObject({ statusCode: 409, code: 'idempotency_key_in_use' })
  expect(standIn.state().counts.customers).toBe(1)
})

it('the SDK with its usual retries turns a request in flight into the one result', async () => {
  const { standIn, stripe } = await startForTest({}, { maxNetworkRetries: 2 })
  standIn.addFaults({ kind: 'delay', delayMs: 200, method: 'POST' })
  const results = await Promise.all(
    Array.from({ length: 5 }, () => stripe.customers.create(params, { idempotencyKey })),
  )
  expect(new Set(results.map(({ id }) => id)).size).toBe(1)
  expect(standIn.state().counts.customers).toBe(1)
})

it.each([
  ['an invalid parameter', 400, {}, 'email=nobody'],
  ['a missing key', 401, { Authorization: '' }, 'email=a%40b.co'],
])('nothing is stored for %s', async (_, status, headers, body) => {
  const { standIn } = await startForTest()
  const refused = await post(standIn, '/v1/customers', body, { 'Idempotency-Key': 'key-1', ...headers })
  expect(refused.status).toBe(status)
  const accepted = await post(standIn, '/v1/customers', 'email=c%40d.co', { 'Idempotency-Key': 'key-1' })
  expect(accepted.status).toBe(200)
  expect(accepted.headers.get('idempotent-replayed')).toBeNull()
})

it('a request that was rate limited is not stored', async () => {
  const { standIn, stripe } = await startForTest({ rateLimits: { globalPerSecond: 1 } })
  await stripe.customers.list()
  const error = await stripeErrorOf(stripe.customers.create(params, { idempotencyKey }))
  expect(error).toBeInstanceOf(Stripe.errors.StripeRateLimitError)
  standIn.advanceClock(1)
  const created = await stripe.customers.create({ email: 'other@example.com' }, { idempotencyKey })
  expect(created.lastResponse.headers['idempotent-replayed']).toBeUndefined()
})

it('a missing customer is a stored result, as the endpoint had begun', async () => {
  const { stripe } = await startForTest()
  const first = await stripeErrorOf(stripe.customers.update('cus_missing', { name: 'x' }, { idempotencyKey }))
  const again = await stripeErrorOf(stripe.customers.update('cus_missing', { name: 'x' }, { idempotencyKey }))
  expect(first.statusCode).toBe(404)
  expect(again.statusCode).toBe(404)
  expect(again.headers?.['idempotent-replayed']).toBe('true')
})

it('a key is kept for 24 hours and forgotten then', async () => {
  const { standIn, stripe } = await startForTest()
  const { id } = await stripe.customers.create(params, { idempotencyKey })
  standIn.advanceClock(24 * 3600 - 60)
  expect((await stripe.customers.create(params, { idempotencyKey })).id).toBe(id)
  standIn.advanceClock(3600)
  expect(standIn.state().counts.idempotencyKeys).toBe(0)
  expect((await stripe.customers.create(params, { idempotencyKey })).id).not.toBe(id)
})

it('keys on GET and DELETE have no effect', async () => {
  const { standIn, stripe } = await startForTest()
  const { id } = await stripe.customers.create(params)
  await stripe.customers.list({}, { idempotencyKey })
  await stripe.customers.del(id, {}, { idempotencyKey })
  const created = await stripe.customers.create(params, { idempotencyKey })
  expect(created.id).not.toBe(id)
  expect(standIn.state().requests.replayed).toBe(0)
})

it('a key has at most 255 characters', async () => {
  const { stripe } = await startForTest()
  await stripe.customers.create(params, { idempotencyKey: 'k'.repeat(255) })
  const error = await stripeErrorOf(stripe.customers.create(params, { idempotencyKey: 'k'.repeat(256) }))
  expect(error.statusCode).toBe(400)
})
