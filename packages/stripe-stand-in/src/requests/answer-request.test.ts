import { connect } from 'node:net'
import { Stripe } from 'stripe'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { secretKey } from '../../test/secret-key.ts'
import { eventually, post, startForTest, stripeErrorOf } from '../../test/start-for-test.ts'
import { maskKey } from './authenticate.ts'

const errorBodySchema = z.strictObject({ error: z.looseObject({ type: z.string(), message: z.string() }) })

async function errorOf(response: Response) {
  return errorBodySchema.parse(await response.json()).error
}

it.each([
  ['no key', undefined, /did not provide an API key/],
  ['an empty header', '', /did not provide an API key/],
  ['another scheme', `Digest ${secretKey}`, /did not provide an API key/],
  ['an empty Bearer', 'Bearer ', /did not provide an API key/],
  ['a wrong key', 'Bearer sk_test_wrong_0123456789abcdef', /Invalid API Key provided: sk_test_\*+cdef$/],
  ['a prefix of the key', `Bearer ${secretKey.slice(0, -1)}`, /Invalid API Key provided/],
  ['the key with one more character', `Bearer ${secretKey}x`, /Invalid API Key provided/],
  ['the key in upper case', `Bearer ${secretKey.toUpperCase()}`, /Invalid API Key provided/],
  ['a wrong Basic user', `Basic ${btoa('sk_test_wrong:')}`, /Invalid API Key provided: \*+$/],
])('answers 401 to %s', async (_, authorization, message) => {
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

it('accepts the key as Bearer and as a Basic user, with the scheme in any case', async () => {
  const { standIn } = await startForTest()
  for (const authorization of [`bearer ${secretKey}`, `BASIC ${btoa(`${secretKey}:`)}`]) {
    const response = await fetch(`${standIn.url}/v1/customers`, { headers: { Authorization: authorization } })
    expect(response.status).toBe(200)
  }
})

it('masks all of a key except its kind and last four characters, and all of a short key', () => {
  expect(maskKey('sk_test_0123456789abcdef')).toBe('sk_test_************cdef')
  expect(maskKey('sk_test_012345678')).toBe('********')
  expect(maskKey('ключключключключключключ')).toBe('********')
})

it('makes the SDK throw its authentication error', async () => {
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
])('answers 404 to the unknown URL %s %s', async (method, path) => {
  const { standIn } = await startForTest()
  const response = await fetch(`${standIn.url}${path}`, { method, headers: { Authorization: `Bearer ${secretKey}` } })
  expect(response.status).toBe(404)
  const error = await errorOf(response)
  expect(error).toMatchObject({ type: 'invalid_request_error' })
  expect(error.message).toContain(`Unrecognized request URL (${method}: ${path})`)
})

it('sends the headers of Stripe with every response', async () => {
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

it('refuses an invalid version, a JSON body and a body over 1 MB', async () => {
  const { standIn } = await startForTest()
  const version = await post(standIn, '/v1/customers', '', { 'Stripe-Version': 'newest' })
  const json = await post(standIn, '/v1/customers', '{}', { 'Content-Type': 'application/json' })
  const large = await post(standIn, '/v1/customers', `name=${'x'.repeat(1024 * 1024)}`)
  expect([version.status, json.status, large.status]).toEqual([400, 400, 413])
  for (const response of [version, json, large]) expect((await errorOf(response)).message).not.toBe('')
})

it('survives a client that disconnects in the middle of its body', async () => {
  const { standIn } = await startForTest()
  const socket = connect(standIn.port, '127.0.0.1')
  const head = `POST /v1/customers HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${secretKey}\r\nContent-Length: 100\r\n\r\n`
  socket.end(`${head}email=`)
  await eventually(() => standIn.state().requests.cut).toBe(1)
  expect(standIn.state().counts.customers).toBe(0)
  socket.destroy()
})
