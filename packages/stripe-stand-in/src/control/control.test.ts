import { expect, it } from 'vitest'
import { SECRET_KEY, startForTest, stripeErrorOf } from '../../test/start-for-test.ts'
import { z } from 'zod'
import type { StripeStandIn } from '../start-stripe-stand-in.ts'

const answerBodySchema = z.looseObject({
  now: z.string().optional(),
  faults: z.array(z.unknown()).optional(),
  rateLimits: z.unknown().optional(),
  error: z.object({ message: z.string() }).optional(),
})

const webhookSecret = 'whsec_sandbox0123456789abcdef'

async function control(standIn: StripeStandIn, method: string, path: string, body?: unknown) {
  const response = await fetch(`${standIn.url}/_sandbox${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: response.status, body: answerBodySchema.parse(await response.json()) }
}

it('another process can set and clear faults, the clock and the limits', async () => {
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
  const limits = await control(standIn, 'POST', '/rate-limits', { endpointPerSecond: 1 })
  expect(limits.body.rateLimits).toMatchObject({ endpointPerSecond: 1, globalPerSecond: null })
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
  ['/rate-limits', { perSecond: 3 }],
  ['/rate-limits', { globalPerSecond: 0 }],
])('POST %s refuses %j', async (path, body) => {
  const { standIn } = await startForTest()
  const before = standIn.state().faults
  const response = await control(standIn, 'POST', path, body)
  expect(response.status).toBe(400)
  expect(response.body.error?.message).toBeTypeOf('string')
  expect(standIn.state().faults).toEqual(before)
})

it('the state tells what was asked and what is held, and no secret', async () => {
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
  expect(JSON.stringify(body)).not.toContain(SECRET_KEY)
  expect(JSON.stringify(body)).not.toContain(webhookSecret)
})

it.each(['/', '/_sandbox/state'])('%s answers this machine alone', async (path) => {
  const { standIn } = await startForTest()
  const url = `${standIn.url}${path}`
  const statusFor = async (headers: Record<string, string>) => (await requestWith(url, headers)).status
  expect(await statusFor({})).toBe(200)
  expect(await statusFor({ host: `localhost:${standIn.port}` })).toBe(200)
  expect(await statusFor({ host: 'rebound.example' })).toBe(403)
  expect(await statusFor({ host: '127.0.0.1.example' })).toBe(403)
  expect(await statusFor({ origin: 'https://evil.example' })).toBe(403)
  expect(await statusFor({ origin: 'null' })).toBe(403)
  expect(await statusFor({ origin: standIn.url })).toBe(200)
})

it('a page elsewhere cannot set faults through the visitor', async () => {
  const { standIn } = await startForTest()
  const response = await fetch(`${standIn.url}/_sandbox/faults`, {
    method: 'POST',
    headers: { Origin: 'https://evil.example', 'Content-Type': 'text/plain' },
    body: '{"kind":"cut","when":"before_effect"}',
  })
  expect(response.status).toBe(403)
  expect(standIn.state().faults).toEqual([])
})

it('the page lists customers, escaped, under a policy that allows nothing but its own script', async () => {
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
  expect(page).not.toContain(SECRET_KEY)
  expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/)
})

it('the page shows the newest hundred and how many there are', async () => {
  const { standIn, stripe } = await startForTest()
  for (let index = 0; index < 101; index += 1) await stripe.customers.create({ name: String(index) })
  const page = await (await fetch(standIn.url)).text()
  expect(page).toContain('The newest 100 of 101 customers.')
  expect(page.match(/cus_/g)).toHaveLength(100)
})

/** `fetch` does not let a caller choose the host. */
async function requestWith(url: string, headers: Record<string, string>): Promise<{ status: number | undefined }> {
  const { get } = await import('node:http')
  return new Promise((resolve, reject) => {
    get(url, { headers }, (response) => {
      response.resume()
      resolve({ status: response.statusCode })
    }).on('error', reject)
  })
}
