import { get } from 'node:http'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { secretKey } from '../../test/secret-key.ts'
import { startForTest, stripeErrorOf } from '../../test/start-for-test.ts'
import type { StripeStandIn } from '../start-stripe-stand-in.ts'

const controlBodySchema = z.looseObject({
  now: z.string().optional(),
  faults: z.array(z.unknown()).optional(),
  counts: z.unknown().optional(),
  error: z.object({ message: z.string() }).optional(),
})

const webhookSecret = 'whsec_sandbox0123456789abcdef'

async function control(standIn: StripeStandIn, method: string, path: string, body?: unknown) {
  const response = await fetch(`${standIn.url}/_sandbox${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: response.status, body: controlBodySchema.parse(await response.json()) }
}

it('lets another process set and clear faults, and advance the clock', async () => {
  const { standIn, stripe } = await startForTest({ clock: () => new Date(1_700_000_000_000) })
  const one = await control(standIn, 'POST', '/faults', {
    kind: 'rate_limit',
    retryAfterSeconds: 1,
    path: '/v1/customers',
  })
  expect(one.body.faults).toEqual([{ kind: 'rate_limit', retryAfterSeconds: 1, path: '/v1/customers', count: 1 }])
  expect((await stripeErrorOf(stripe.customers.list())).statusCode).toBe(429)
  const two = await control(standIn, 'POST', '/faults', [
    { kind: 'cut', when: 'after_effect', count: 3 },
    { kind: 'delay', delayMs: 5, count: 'always' },
  ])
  expect(two.body.faults).toHaveLength(2)
  expect((await control(standIn, 'DELETE', '/faults')).body.faults).toEqual([])
  const clock = await control(standIn, 'POST', '/clock', { advanceSeconds: 90_000 })
  expect(clock.body.now).toBe(new Date(1_700_090_000_000).toISOString())
})

it('lets another process add a subscription to a customer', async () => {
  const { standIn, stripe } = await startForTest()
  const { id: customer } = await stripe.customers.create()
  const added = await control(standIn, 'POST', '/subscriptions', { customer })
  expect(added.body.counts).toMatchObject({ activeSubscriptions: 1 })
  expect((await stripe.subscriptions.list({ customer })).data).toHaveLength(1)
})

it.each([
  ['/faults', { kind: 'meteor' }],
  ['/faults', { kind: 'cut' }],
  ['/faults', { kind: 'delay', delayMs: -1 }],
  ['/faults', { kind: 'cut', when: 'after_effect', count: 0 }],
  ['/faults', { kind: 'cut', when: 'after_effect', times: 2 }],
  ['/faults', undefined],
  ['/clock', { advanceSeconds: -1 }],
  ['/clock', {}],
  ['/subscriptions', {}],
  ['/subscriptions', { customer: 'cus_missing' }],
])('refuses POST %s with %j and changes nothing', async (path, body) => {
  const { standIn } = await startForTest({ clock: () => new Date(0) })
  const before = standIn.state()
  const response = await control(standIn, 'POST', path, body)
  expect(response.status).toBe(400)
  expect(response.body.error?.message).toBeTypeOf('string')
  expect(standIn.state()).toEqual(before)
})

it('shows requests and objects in its state, and no secret', async () => {
  const { standIn, stripe } = await startForTest({ webhooks: [{ url: 'http://127.0.0.1:1/', secret: webhookSecret }] })
  const { id } = await stripe.customers.create(
    { email: 'a@b.co', metadata: { profile_id: 'p1' } },
    { idempotencyKey: 'k' },
  )
  const { body } = await control(standIn, 'GET', '/state')
  expect(body).toMatchObject({
    counts: { customers: 1, deletedCustomers: 0, activeSubscriptions: 0, events: 1, idempotencyKeys: 1 },
    customers: [{ id, email: 'a@b.co', metadata: { profile_id: 'p1' } }],
    requests: {
      total: 1,
      byStatus: { 200: 1 },
      byEndpoint: { 'POST /v1/customers': 1 },
      recent: [{ method: 'POST', path: '/v1/customers', idempotencyKey: 'k', status: 200, replayed: false }],
    },
  })
  expect(JSON.stringify(body)).not.toContain(secretKey)
  expect(JSON.stringify(body)).not.toContain(webhookSecret)
})

it.each(['/', '/_sandbox/state'])('answers %s only to this machine', async (path) => {
  const { standIn } = await startForTest()
  const statusFor = (headers: Record<string, string>) => statusOf(`${standIn.url}${path}`, headers)
  expect(await statusFor({})).toBe(200)
  expect(await statusFor({ host: `localhost:${standIn.port}` })).toBe(200)
  expect(await statusFor({ host: 'rebound.example' })).toBe(403)
  expect(await statusFor({ host: '127.0.0.1.example' })).toBe(403)
  expect(await statusFor({ origin: 'https://evil.example' })).toBe(403)
  expect(await statusFor({ origin: 'null' })).toBe(403)
  expect(await statusFor({ origin: standIn.url })).toBe(200)
})

it('refuses faults that a page of another site sends', async () => {
  const { standIn } = await startForTest()
  const response = await fetch(`${standIn.url}/_sandbox/faults`, {
    method: 'POST',
    headers: { Origin: 'https://evil.example', 'Content-Type': 'text/plain' },
    body: '{"kind":"cut","when":"before_effect"}',
  })
  expect(response.status).toBe(403)
  expect(standIn.state().faults).toEqual([])
})

it('lists customers on a page, escaped, under a policy that allows only its own style', async () => {
  const { standIn, stripe } = await startForTest()
  expect(await (await fetch(standIn.url)).text()).toContain('No customers yet')
  const hostile = '<img src=x onerror=alert(1)>'
  const { id } = await stripe.customers.create({ email: 'a@b.co', metadata: { [hostile]: hostile } })
  const response = await fetch(standIn.url)
  const page = await response.text()
  expect(page).toContain(id)
  expect(page).toContain('a@b.co')
  expect(page).toContain('&lt;img src=x onerror=alert(1)&gt;')
  expect(page).not.toContain(hostile)
  expect(page).not.toContain(secretKey)
  expect(response.headers.get('content-security-policy')).toMatch(
    /^default-src 'none'; style-src 'sha256-[\w+/]+=*'; base-uri/,
  )
})

it('shows the newest 100 customers and the total number', async () => {
  const { standIn, stripe } = await startForTest()
  for (let index = 0; index < 101; index += 1) await stripe.customers.create({ name: String(index) })
  const page = await (await fetch(standIn.url)).text()
  expect(page).toContain('The newest 100 of 101 customers')
  expect(page.match(/cus_/g)).toHaveLength(100)
})

/** Sends a request with any `Host`, which `fetch` does not allow. */
async function statusOf(url: string, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get(url, { headers }, (response) => {
      response.resume()
      resolve(response.statusCode)
    }).on('error', reject)
  })
}
