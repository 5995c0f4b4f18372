import { Stripe } from 'stripe'
import { expect, it } from 'vitest'
import { SECRET_KEY, eventually, post, sdkFor, startForTest, stripeErrorOf } from '../../test/start-for-test.ts'
import { z } from 'zod'
import { maskKey } from './authenticate.ts'

const failedBodySchema = z.strictObject({ error: z.looseObject({ type: z.string(), message: z.string() }) })

async function errorOf(response: Response) {
  return failedBodySchema.parse(await response.json()).error
}

it.each([
  ['none', undefined, /did not provide an API key/],
  ['an empty one', '', /did not provide an API key/],
  ['another scheme', `Digest ${SECRET_KEY}`, /did not provide an API key/],
  ['an empty Bearer', 'Bearer ', /did not provide an API key/],
  ['a wrong key', 'Bearer sk_test_wrong_0123456789abcdef', /Invalid API Key provided: sk_test_\*+cdef$/],
  ['a prefix of the key', `Bearer ${SECRET_KEY.slice(0, -1)}`, /Invalid API Key provided/],
  ['the key with more', `Bearer ${SECRET_KEY}x`, /Invalid API Key provided/],
  ['the key in other case', `Bearer ${SECRET_KEY.toUpperCase()}`, /Invalid API Key provided/],
  ['a wrong Basic user', `Basic ${btoa('sk_test_wrong:')}`, /Invalid API Key provided: \*+$/],
])('%s is refused with 401', async (_, authorization, message) => {
  const { standIn } = await startForTest()
  const response = await fetch(`${standIn.url}/v1/customers`, {
    method: 'POST',
    ...(authorization === undefined ? {} : { headers: { Authorization: authorization } }),
  })
  expect(response.status).toBe(401)
  expect(response.headers.get('www-authenticate')).toBe('Basic realm="Stripe"')
  const error = await errorOf(response)
  expect(error.type).toBe('invalid_request_error')
  expect(error.message).toMatch(message)
  expect(standIn.state().counts.customers).toBe(0)
})

it('the key passes as Bearer in any case and as a Basic user', async () => {
  const { standIn } = await startForTest()
  for (const authorization of [`bearer ${SECRET_KEY}`, `BASIC ${btoa(`${SECRET_KEY}:`)}`]) {
    const response = await fetch(`${standIn.url}/v1/customers`, { headers: { Authorization: authorization } })
    expect(response.status).toBe(200)
  }
})

it('a mask shows the kind and the last four characters of a long key, and nothing of a short one', () => {
  expect(maskKey('sk_test_0123456789abcdef')).toBe('sk_test_************cdef')
  expect(maskKey('sk_test_012345678')).toBe('********')
  expect(maskKey('ключключключключключключ')).toBe('********')
})

it('the SDK gets its authentication error', async () => {
  const { standIn } = await startForTest()
  const stripe = new Stripe('sk_test_wrong_0123456789', { protocol: 'http', host: '127.0.0.1', port: standIn.port })
  const error = await stripeErrorOf(stripe.customers.list())
  expect(error).toBeInstanceOf(Stripe.errors.StripeAuthenticationError)
})

it.each([
  ['GET', '/v1/charges'],
  ['PUT', '/v1/customers'],
  ['POST', '/v1/customers/cus_1/nothing'],
  ['GET', '/v1/customers/'],
  ['GET', '/v1/customers/%zz'],
  ['GET', '/nowhere'],
])('%s %s is an unrecognized URL', async (method, path) => {
  const { standIn } = await startForTest()
  const response = await fetch(`${standIn.url}${path}`, { method, headers: { Authorization: `Bearer ${SECRET_KEY}` } })
  expect(response.status).toBe(404)
  const error = await errorOf(response)
  expect(error).toMatchObject({ type: 'invalid_request_error' })
  expect(error.message).toContain(`Unrecognized request URL (${method}: ${path})`)
})

it('every answer carries the headers that Stripe sends', async () => {
  const { standIn } = await startForTest()
  const plain = await post(standIn, '/v1/customers', '')
  expect(plain.headers.get('request-id')).toMatch(/^req_[0-9A-Za-z]{14}$/)
  expect(plain.headers.get('stripe-version')).toBe('2026-10-28.endive')
  expect(plain.headers.get('content-type')).toBe('application/json')
  const refused = await post(standIn, '/v1/customers', 'x=1', {
    'Stripe-Version': '2024-06-20',
    'Idempotency-Key': 'key-1',
  })
  expect(refused.status).toBe(400)
  expect(refused.headers.get('stripe-version')).toBe('2024-06-20')
  expect(refused.headers.get('idempotency-key')).toBe('key-1')
})

it('a version that is none, a JSON body and a body over 1 MB are refused', async () => {
  const { standIn } = await startForTest()
  const version = await post(standIn, '/v1/customers', '', { 'Stripe-Version': 'newest' })
  const json = await post(standIn, '/v1/customers', '{}', { 'Content-Type': 'application/json' })
  const large = await post(standIn, '/v1/customers', `name=${'x'.repeat(1024 * 1024)}`)
  expect([version.status, json.status, large.status]).toEqual([400, 400, 413])
  for (const response of [version, json, large]) expect((await errorOf(response)).message).not.toBe('')
})

it('a client that leaves in the middle of its body is no failure of the stand-in', async () => {
  const { standIn } = await startForTest()
  const leaving = new AbortController()
  const body = new ReadableStream<Uint8Array>({
    start(stream) {
      stream.enqueue(new TextEncoder().encode('email='))
      setTimeout(() => leaving.abort(), 50)
    },
  })
  const call = fetch(`${standIn.url}/v1/customers`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${SECRET_KEY}` },
    body,
    duplex: 'half',
    signal: leaving.signal,
  })
  await expect(call).rejects.toThrow(/aborted/)
  await eventually(async () => (await sdkFor(standIn.port).customers.list()).data).toEqual([])
})
