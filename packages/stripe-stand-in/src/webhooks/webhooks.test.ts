import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { Stripe } from 'stripe'
import { expect, it, onTestFinished } from 'vitest'
import { eventually, startForTest, stripeErrorOf } from '../../test/start-for-test.ts'
import { startStripeStandIn } from '../start-stripe-stand-in.ts'
import { deliveryTimeoutMs } from './deliver-webhooks.ts'

const webhookSecret = 'whsec_sandbox0123456789abcdef'

interface Received {
  readonly body: string
  readonly headers: IncomingHttpHeaders
}

/** Receives webhooks and answers each with a status, 200 by default. */
async function startReceiver(statusFor: (body: string, index: number) => number = () => 200) {
  const received: Received[] = []
  const server = createServer((request, response) => {
    void take(request, response)
  })
  const take = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await text(request)
    received.push({ body, headers: request.headers })
    response.writeHead(statusFor(body, received.length), { Location: '/elsewhere' }).end()
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    server.close()
    server.closeAllConnections()
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('no port')
  return { received, url: `http://127.0.0.1:${address.port}/webhook` }
}

const verify = ({ body, headers }: Received, secret = webhookSecret) =>
  Stripe.webhooks.constructEvent(body, String(headers['stripe-signature']), secret)

it('signs events so that the real SDK accepts them', async () => {
  const { received, url } = await startReceiver()
  const { standIn, stripe } = await startForTest({ webhooks: [{ url, secret: webhookSecret }] })
  const customer = await stripe.customers.create({ email: 'a@b.co', name: 'Zoë' })
  await eventually(() => received.length).toBe(1)
  const event = verify(received[0]!)
  expect(event).toMatchObject({
    type: 'customer.created',
    pending_webhooks: 1,
    data: { object: JSON.parse(JSON.stringify(customer)) },
  })
  expect(received[0]!.headers['content-type']).toBe('application/json; charset=utf-8')
  await eventually(() => standIn.state().webhooks).toEqual({ pending: 0, delivered: 1, failed: 0 })
  expect((await stripe.events.list()).data).toMatchObject([{ id: event.id, pending_webhooks: 0 }])
})

it('makes the SDK refuse a wrong secret and a changed body', async () => {
  const { received, url } = await startReceiver()
  const { stripe } = await startForTest({ webhooks: [{ url, secret: webhookSecret }] })
  await stripe.customers.create({ email: 'a@b.co' })
  await eventually(() => received.length).toBe(1)
  const [delivery] = received
  expect(() => verify(delivery!, 'whsec_other')).toThrow(Stripe.errors.StripeSignatureVerificationError)
  const forged = { ...delivery!, body: delivery!.body.replace('a@b.co', 'x@b.co') }
  expect(() => verify(forged)).toThrow(Stripe.errors.StripeSignatureVerificationError)
})

it('signs with the outside time, also after the clock was advanced', async () => {
  const { received, url } = await startReceiver()
  const startedAt = new Date()
  const { standIn, stripe } = await startForTest({
    webhooks: [{ url, secret: webhookSecret }],
    clock: () => startedAt,
  })
  standIn.advanceClock(25 * 3600)
  await stripe.customers.create()
  await eventually(() => received.length).toBe(1)
  const signedAt = Number(/t=(\d+)/.exec(String(received[0]!.headers['stripe-signature']))?.[1])
  expect(signedAt).toBe(Math.floor(startedAt.getTime() / 1000))
  expect(verify(received[0]!).created).toBe(signedAt + 25 * 3600)
})

it('sends the same event again until the endpoint accepts it', async () => {
  const { received, url } = await startReceiver((_, index) => [500, 302][index - 1] ?? 200)
  const { standIn, stripe } = await startForTest({
    webhooks: [{ url, secret: webhookSecret }],
    webhookRetryDelaysMs: [20, 40, 60],
  })
  await stripe.customers.create()
  await eventually(() => standIn.state().webhooks).toEqual({ pending: 0, delivered: 1, failed: 0 })
  expect(new Set(received.map((delivery) => verify(delivery).id)).size).toBe(1)
  expect(received).toHaveLength(3)
})

it('gives up after the last retry, and sends other events meanwhile', async () => {
  const { received, url } = await startReceiver((body) => (body.includes('first') ? 500 : 200))
  const { standIn, stripe } = await startForTest({
    webhooks: [{ url, secret: webhookSecret }],
    webhookRetryDelaysMs: [100],
  })
  await stripe.customers.create({ name: 'first' })
  await eventually(() => received.length).toBe(1)
  await stripe.customers.create({ name: 'second' })
  await eventually(() => standIn.state().webhooks).toEqual({ pending: 0, delivered: 1, failed: 1 })
  expect(received.filter(({ body }) => body.includes('first'))).toHaveLength(2)
})

it('sends each endpoint the types that it wants', async () => {
  const everything = await startReceiver()
  const deletions = await startReceiver()
  const { standIn, stripe } = await startForTest({
    webhooks: [
      { url: everything.url, secret: webhookSecret },
      { url: deletions.url, secret: 'whsec_second', events: ['customer.deleted'] },
    ],
  })
  const { id } = await stripe.customers.create()
  await stripe.customers.update(id, { name: 'Ada' })
  await stripe.customers.del(id)
  await eventually(() => standIn.state().webhooks.delivered).toBe(4)
  const types = everything.received.map((delivery) => verify(delivery).type)
  expect(types.toSorted()).toEqual(['customer.created', 'customer.deleted', 'customer.updated'])
  expect(deletions.received.map((delivery) => verify(delivery, 'whsec_second').type)).toEqual(['customer.deleted'])
})

it('sends no event for a replayed request', async () => {
  const { received, url } = await startReceiver()
  const { stripe } = await startForTest({ webhooks: [{ url, secret: webhookSecret }] })
  await stripe.customers.create({}, { idempotencyKey: 'key-1' })
  await stripe.customers.create({}, { idempotencyKey: 'key-1' })
  await stripe.customers.create({ name: 'last' })
  await eventually(() => received.length).toBe(2)
  expect(received.map((delivery) => verify(delivery).data.object)).toMatchObject(
    expect.arrayContaining([expect.objectContaining({ name: null }), expect.objectContaining({ name: 'last' })]),
  )
})

it('sends an event even if its request is never answered', async () => {
  const { received, url } = await startReceiver()
  const { standIn, stripe } = await startForTest({ webhooks: [{ url, secret: webhookSecret }] })
  standIn.addFaults({ kind: 'hang', when: 'after_effect' })
  const hanging = stripeErrorOf(stripe.customers.create())
  await eventually(() => received.length).toBe(1)
  expect(standIn.state().requests.total).toBe(0)
  await standIn.stop()
  expect(await hanging).toBeInstanceOf(Stripe.errors.StripeConnectionError)
})

it('stops without waiting for an endpoint that is down or never answers', async () => {
  const silent = createServer(() => undefined)
  silent.listen(0, '127.0.0.1')
  await once(silent, 'listening')
  onTestFinished(() => silent.closeAllConnections())
  const address = silent.address()
  if (address === null || typeof address === 'string') throw new TypeError('no port')
  const { standIn, stripe } = await startForTest({
    webhooks: [
      { url: `http://127.0.0.1:${address.port}/`, secret: webhookSecret },
      { url: 'http://127.0.0.1:1/', secret: webhookSecret },
    ],
  })
  const connected = once(silent, 'connection')
  await stripe.customers.create()
  await connected
  const started = performance.now()
  await standIn.stop()
  expect(performance.now() - started).toBeLessThan(deliveryTimeoutMs)
})

it('refuses two endpoints with the same address', async () => {
  const endpoint = { url: 'http://127.0.0.1:1/', secret: webhookSecret }
  const start = startStripeStandIn({ port: 0, secretKey: 'sk_test_x', webhooks: [endpoint, endpoint] })
  await expect(start).rejects.toMatchObject({
    code: 'ERR_STAND_IN_DUPLICATE_WEBHOOK',
    message: 'Two webhook endpoints have the address http://127.0.0.1:1/. Use one endpoint with the events of both.',
  })
})
