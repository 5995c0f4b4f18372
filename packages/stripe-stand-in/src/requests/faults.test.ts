import { Stripe } from 'stripe'
import { describe, expect, it } from 'vitest'
import { createSleepGate } from '../../test/sleep-gate.ts'
import { eventually, post, startForTest, stripeErrorOf } from '../../test/start-for-test.ts'
import type { StripeStandIn } from '../start-stripe-stand-in.ts'

const params = { email: 'ada@example.com' }
const idempotencyKey = 'key-1'
const creating = { method: 'POST', path: '/v1/customers' } as const

/** Sends a request that creates a customer, and disconnects once a fault has hit it. */
async function disconnectDuring(standIn: StripeStandIn, isHit: () => boolean): Promise<void> {
  const leaving = new AbortController()
  const call = post(
    standIn,
    '/v1/customers',
    'email=ada%40example.com',
    { 'Idempotency-Key': idempotencyKey },
    leaving.signal,
  )
  await eventually(isHit).toBe(true)
  leaving.abort()
  await expect(call).rejects.toThrow(/aborted/)
}

describe('a server error', () => {
  it.each([
    ['before_effect', 0],
    ['after_effect', 1],
  ] as const)('%s: is stored for the key and replayed', async (when, customers) => {
    const { standIn, stripe } = await startForTest()
    standIn.addFaults({ kind: 'server_error', when, ...creating })
    for (const replayed of [undefined, 'true', 'true']) {
      const error = await stripeErrorOf(stripe.customers.create(params, { idempotencyKey }))
      expect(error).toBeInstanceOf(Stripe.errors.StripeAPIError)
      expect(error.statusCode).toBe(500)
      expect(error.headers?.['idempotent-replayed']).toBe(replayed)
    }
    expect(standIn.state().counts.customers).toBe(customers)
    expect(standIn.state().counts.events).toBe(customers)
    expect((await stripe.customers.create(params, { idempotencyKey: 'key-2' })).email).toBe('ada@example.com')
  })

  it('does not hit a replay', async () => {
    const { standIn, stripe } = await startForTest()
    await stripe.customers.create(params, { idempotencyKey })
    standIn.addFaults({ kind: 'server_error', when: 'before_effect', ...creating })
    await stripe.customers.create(params, { idempotencyKey })
    expect(standIn.state().faults).toHaveLength(1)
  })

  it('is not stored for a GET, so the SDK can retry', async () => {
    const { standIn, stripe } = await startForTest({}, { maxNetworkRetries: 1 })
    standIn.addFaults({ kind: 'server_error', when: 'before_effect', method: 'GET' })
    expect((await stripe.customers.list()).data).toEqual([])
    expect(standIn.state().requests.byStatus).toEqual({ 200: 1, 500: 1 })
  })
})

describe('a cut connection', () => {
  it.each([
    ['before_effect', 0],
    ['after_effect', 1],
  ] as const)('%s: the SDK retries once by itself, and one customer exists', async (when, effects) => {
    const { standIn, stripe } = await startForTest()
    standIn.addFaults({ kind: 'cut', when, ...creating })
    await stripe.customers.create(params, { idempotencyKey })
    expect(standIn.state()).toMatchObject({
      counts: { customers: 1 },
      requests: { total: 2, cut: 1, replayed: effects },
    })
  })

  it.each([
    ['before_effect', 0],
    ['after_effect', 1],
  ] as const)('%s, twice: the SDK throws a connection error', async (when, customers) => {
    const { standIn, stripe } = await startForTest()
    standIn.addFaults({ kind: 'cut', when, count: 2, ...creating })
    const error = await stripeErrorOf(stripe.customers.create(params, { idempotencyKey }))
    expect(error).toBeInstanceOf(Stripe.errors.StripeConnectionError)
    expect(standIn.state().counts).toMatchObject({ customers, idempotencyKeys: customers })
  })
})

describe('a rate limit', () => {
  it.each([
    [{}, undefined],
    [{ retryAfterSeconds: 3 }, '3'],
  ])('with %j: is a 429 that is not stored', async (extra, header) => {
    const { standIn, stripe } = await startForTest()
    standIn.addFaults({ kind: 'rate_limit', ...extra, ...creating })
    const error = await stripeErrorOf(stripe.customers.create(params, { idempotencyKey }))
    expect(error).toBeInstanceOf(Stripe.errors.StripeRateLimitError)
    expect(error).toMatchObject({ statusCode: 429, code: 'rate_limit' })
    expect(error.headers?.['retry-after']).toBe(header)
    expect(error.headers?.['stripe-rate-limited-reason']).toBe('endpoint-rate')
    expect(standIn.state().counts).toMatchObject({ customers: 0, idempotencyKeys: 0 })
    await stripe.customers.create({ email: 'other@example.com' }, { idempotencyKey })
  })
})

it('answers 409 for the fault in_flight', async () => {
  const { standIn, stripe } = await startForTest()
  standIn.addFaults({ kind: 'in_flight', ...creating })
  const error = await stripeErrorOf(stripe.customers.create(params, { idempotencyKey }))
  expect(error).toMatchObject({ statusCode: 409, code: 'idempotency_key_in_use' })
  await stripe.customers.create(params, { idempotencyKey })
  expect(standIn.state().counts.customers).toBe(1)
})

describe('a request that hangs', () => {
  it.each([
    ['before_effect', 0],
    ['after_effect', 1],
  ] as const)('%s: ends when the client disconnects, and its key is free again', async (when, customers) => {
    const { standIn, stripe } = await startForTest()
    standIn.addFaults({ kind: 'hang', when, ...creating })
    await disconnectDuring(standIn, () => standIn.state().faults.length === 0)
    await eventually(() => standIn.state().requests.cut).toBe(1)
    expect(standIn.state().counts.customers).toBe(customers)
    await stripe.customers.create({ email: 'ada@example.com' }, { idempotencyKey })
    expect(standIn.state().counts.customers).toBe(1)
  })

  it('before_effect: keeps its key in flight', async () => {
    const { standIn, stripe } = await startForTest()
    standIn.addFaults({ kind: 'hang', when: 'before_effect', ...creating })
    const hanging = stripeErrorOf(stripe.customers.create(params, { idempotencyKey }))
    await eventually(() => standIn.state().faults).toEqual([])
    const error = await stripeErrorOf(stripe.customers.create(params, { idempotencyKey }))
    expect(error.code).toBe('idempotency_key_in_use')
    await standIn.stop()
    await hanging
  })

  it('does not prevent the stand-in from stopping', async () => {
    const { standIn, stripe } = await startForTest()
    standIn.addFaults({ kind: 'hang', when: 'before_effect', method: 'POST' })
    standIn.addFaults({ kind: 'delay', delayMs: 60_000, method: 'GET' })
    const calls = [stripeErrorOf(stripe.customers.create(params)), stripeErrorOf(stripe.customers.list())]
    await eventually(() => standIn.state().faults).toEqual([])
    await standIn.stop()
    for (const error of await Promise.all(calls)) expect(error).toBeInstanceOf(Stripe.errors.StripeConnectionError)
  })
})

it('executes a delayed request even if its client disconnects', async () => {
  const gate = createSleepGate()
  const { standIn } = await startForTest({ sleep: gate.sleep })
  standIn.addFaults({ kind: 'delay', delayMs: 500, ...creating })
  await disconnectDuring(standIn, () => gate.sleeps.length === 1)
  expect(standIn.state().counts.customers).toBe(0)
  gate.open()
  await eventually(() => standIn.state().counts.customers).toBe(1)
})

describe('matching', () => {
  it('considers method, pattern, single path and count', async () => {
    const { standIn, stripe } = await startForTest()
    const one = await stripe.customers.create()
    const two = await stripe.customers.create()
    standIn.addFaults({ kind: 'rate_limit', method: 'GET', path: `/v1/customers/${one.id}` })
    standIn.addFaults({ kind: 'rate_limit', method: 'DELETE', path: '/v1/customers/:id', count: 2 })
    await stripe.customers.list()
    await stripe.customers.retrieve(two.id)
    await stripeErrorOf(stripe.customers.retrieve(one.id))
    await stripe.customers.retrieve(one.id)
    await stripeErrorOf(stripe.customers.del(one.id))
    await stripeErrorOf(stripe.customers.del(two.id))
    await stripe.customers.del(one.id)
    expect(standIn.state().faults).toEqual([])
  })

  it('combines a permanent delay with other faults, in their order', async () => {
    const gate = createSleepGate()
    gate.open()
    const { standIn, stripe } = await startForTest({ sleep: gate.sleep })
    standIn.addFaults({ kind: 'delay', delayMs: 20, count: 'always' })
    standIn.addFaults({ kind: 'in_flight' }, { kind: 'server_error', when: 'before_effect' })
    const statuses: (number | undefined)[] = []
    for (let index = 0; index < 2; index += 1) {
      const call = stripe.customers.create(params, { idempotencyKey: `key-${index}` })
      statuses.push((await stripeErrorOf(call)).statusCode)
    }
    await stripe.customers.create(params)
    expect(statuses).toEqual([409, 500])
    // The fault in_flight answers without waiting.
    expect(gate.sleeps).toEqual([20, 20])
    expect(standIn.state().faults).toEqual([{ kind: 'delay', delayMs: 20, count: 'always' }])
    standIn.clearFaults()
    expect(standIn.state().faults).toEqual([])
  })
})
