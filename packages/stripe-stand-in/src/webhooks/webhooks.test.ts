import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { Stripe } from 'stripe'
import { expect, onTestFinished, it } from 'vitest'
import { eventually, startForTest, stripeErrorOf } from '../../test/start-for-test.ts'
import { startStripeStandIn } from '../start-stripe-stand-in.ts'

const webhookSecret = 'whsec_sandbox0123456789abcdef'

interface Received {
  readonly body: string
  readonly headers: IncomingHttpHeaders
}

/** Takes webhooks and answers each with a status, 200 unless told otherwise. */
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

it('events arrive signed so that the real SDK accepts them', async () => {
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
  expect((await stripe.events.retrieve(event.id)).pending_webhooks).toBe(0)
})

it('a wrong secret and a changed body are refused by the SDK', async () => {
  const { received, url } = await startReceiver()
  const { stripe } = await startForTest({ webhooks: [{ url, secret: webhookSecret }] })
  await stripe.customers.create({ email: 'a@b.co' })
  await eventually(() => received.length).toBe(1)
  const [delivery] = received
  expect(() => verify(delivery!, 'whsec_other')).toThrow(Stripe.errors.StripeSignatureVerificationError)
  const forged = { ...delivery!, body: delivery!.body.replace('a@b.co', 'x@b.co') }
  expect(() => verify(forged)).toThrow(Stripe.errors.StripeSignatureVerificationError)
})

it('the signature keeps the time outside, whatever the stand-in shows', async () => {
  const { received, url } = await startReceiver()
  const { standIn, stripe } = await startForTest({ webhooks: [{ url, secret: webhookSecret }] })
  standIn.advanceClock(25 * 3600)
  await stripe.customers.create()
  await eventually(() => received.length).toBe(1)
  const signedAt = Number(/t=(\d+)/.exec(String(received[0]!.headers['stripe-signature']))?.[1])
  expect(Math.abs(signedAt - Date.now() / 1000)).toBeLessThan(10)
  expect(verify(received[0]!).created - signedAt).toBeGreaterThan(24 * 3600)
})

it('an endpoint that refuses is asked again with the same event, and takes it at last', async () => {
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

it('gives up after the last retry, and other events are not held up', async () => {
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

it('each endpoint gets the types that it asked for', async () => {
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

it('a replayed request sends nothing again', async () => {
  const { received, url } = await startReceiver()
  const { stripe } = await startForTest({ webhooks: [{ url, secret: webhookSecret }] })
  await stripe.customers.create({}, { idempotencyKey: 'key-1' })
  await stripe.customers.create({}, { idempotencyKey: 'key-1' })
  await stripe.customers.create({ name: 'last' })
  await expect
    .poll(() => received.map((delivery) => verify(delivery).type))
    .toEqual(['customer.created', 'customer.created'])
})

it('an event is sent although the request that made it is never answered', async () => {
  const { received, url } = await startReceiver()
  const { standIn, stripe } = await startForTest({ webhooks: [{ url, secret: webhookSecret }] })
  standIn.addFaults({ kind: 'hang', when: 'after_effect' })
  const hanging = stripeErrorOf(stripe.customers.create())
  await eventually(() => received.length).toBe(1)
  expect(standIn.state().requests.total).toBe(0)
  await standIn.stop()
  expect(await hanging).toBeInstanceOf(Stripe.errors.StripeConnectionError)
})

it('an endpoint that is down and an endpoint that never answers do not keep the stand-in from stopping', async () => {
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
  expect(performance.now() - started).toBeLessThan(2000)
})

it('two endpoints with one address are refused', async () => {
  const endpoint = { url: 'http://127.0.0.1:1/', secret: webhookSecret }
  const start = startStripeStandIn({ port: 0, secretKey: 'sk_test_x', webhooks: [endpoint, endpoint] })
  await expect(start).rejects.toThrow(/same address/)
})
