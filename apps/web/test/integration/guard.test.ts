import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type RawResponse, send } from '#test/support/send.ts'
import { listCustomers, signUp, type Stack, startStack, webhookBody } from '#test/support/stack.ts'

// The tests of the library cover how it reads keys from headers and how it compares them. These prove that the routes are
// guarded, each by its own secret, and cover what the application adds.

const key = randomBytes(32).toString('hex')

let stack: Stack
beforeAll(async () => {
  // Vault holds another key and the timer does not sweep, so only the requests below create customers.
  stack = await startStack({ env: { API_ROUTE_SECRET: key }, sweepIntervalMs: 3_600_000 })
})
afterAll(async () => {
  await stack.stop()
})

const create = (request: { headers?: string[]; query?: string; body: string }) =>
  send(`${stack.webUrl}/api/create-stripe-customer${request.query ?? ''}`, {
    headers: ['content-type', 'application/json', ...(request.headers ?? [])],
    body: request.body,
  })
const sweep = (headers: string[] = [], query = '') =>
  send(`${stack.webUrl}/api/sync-stripe-customers${query}`, { method: 'GET', headers })
const health = () => send(`${stack.webUrl}/api/health`, { method: 'GET' })
const cronBearer = () => ['authorization', `Bearer ${stack.env['CRON_SECRET']}`]

/** Checks what all refusals have in common. */
function expectProblem(response: RawResponse, status: number): void {
  expect(response.status, response.body).toBe(status)
  expect(response.headers['content-type']).toMatch(/^application\/problem\+json/)
  expect(response.json()).toMatchObject({ status })
  expect(response.body).not.toContain(key)
}

describe('POST /api/create-stripe-customer', () => {
  let body: string
  let profile: { id: string; email: string }
  beforeAll(async () => {
    profile = await signUp(stack)
    body = webhookBody(profile)
  })

  it.each<[string, number, () => { headers?: string[]; query?: string }]>([
    ['no key', 401, () => ({})],
    ['a wrong key', 401, () => ({ headers: ['x-api-key', randomBytes(32).toString('hex')] })],
    ['the secret of the other route', 401, () => ({ headers: cronBearer() })],
    ['the key in header and query', 400, () => ({ headers: ['x-api-key', key], query: `?API_ROUTE_SECRET=${key}` })],
  ])('refuses %s with a problem document, and creates nothing', async (_case, status, request) => {
    const response = await create({ ...request(), body })
    expectProblem(response, status)
    expect(response.headers['www-authenticate']).toMatch(/^Bearer /)
    expect(await listCustomers(stack)).toEqual([])
  })

  it.each<[string, { headers?: string[]; query?: string }]>([
    ['x-api-key, as the database webhook sends it', { headers: ['x-api-key', key] }],
    ['the query parameter, which only this route allows', { query: `?API_ROUTE_SECRET=${key}` }],
  ])('accepts the key in %s, and links profile and customer', async (_case, request) => {
    const response = await create({ ...request, body })
    expect(response.status, response.body).toBe(200)
    const customers = await listCustomers(stack)
    expect(customers).toMatchObject([{ email: profile.email, metadata: { profile_id: profile.id } }])
    expect(response.json()).toEqual({ message: `stripe customer created: ${customers[0]!.id}` })
    expect(response.headers['cache-control']).toBe('private, no-store')
    expect(response.headers['referrer-policy']).toBe('no-referrer')
    const row = await stack.admin.from('profile').select('stripe_customer').eq('id', profile.id).single()
    expect(row.data).toEqual({ stripe_customer: customers[0]!.id })
  })

  it.each<[string, number, () => string, RegExp]>([
    ['a body that is not JSON', 400, () => '{"type":', /JSON/],
    ['a record of another table', 422, () => body.replace('"profile"', '"invoices"'), /profile/],
    ['a body of more than 64 KiB', 413, () => body.padEnd(64 * 1024 + 1), /65536 bytes/],
    [
      'a profile that does not exist',
      404,
      () => webhookBody({ id: '00000000-0000-4000-8000-000000000000', email: 'a@example.com' }),
      /profile/,
    ],
  ])('refuses %s, and says what it expects', async (_case, status, text, detail) => {
    const response = await create({ headers: ['x-api-key', key], body: text() })
    expectProblem(response, status)
    expect(response.json()).toMatchObject({ detail: expect.stringMatching(detail) })
    expect(await listCustomers(stack)).toHaveLength(1)
  })

  it('refuses other methods with 405, and says which one it serves', async () => {
    for (const method of ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'DELETE']) {
      const response = await send(`${stack.webUrl}/api/create-stripe-customer`, {
        method,
        headers: ['x-api-key', key],
      })
      expect([method, response.status, response.headers.allow]).toEqual([method, 405, 'POST'])
    }
    expect(await listCustomers(stack)).toHaveLength(1)
  })

  it('reads the email address from the profile, never from the posted record', async () => {
    const other = await signUp(stack)
    const response = await create({
      headers: ['x-api-key', key],
      body: webhookBody({ id: other.id, email: 'mallory@example.com' }),
    })
    expect(response.status).toBe(200)
    const emails = (await listCustomers(stack)).map(({ email }) => email)
    expect(emails).toContain(other.email)
    expect(emails).not.toContain('mallory@example.com')
  })
})

describe('GET /api/sync-stripe-customers', () => {
  const sweepSchema = z.strictObject({
    repaired: z.int(),
    claimed: z.int(),
    done: z.int(),
    retrying: z.literal(0),
    failed: z.literal(0),
    lost: z.literal(0),
    stopped: z.literal('idle'),
    prunedRows: z.int(),
  })

  it.each<[string, () => { headers?: string[]; query?: string }]>([
    ['no key', () => ({})],
    ['the secret of the other route', () => ({ headers: ['authorization', `Bearer ${key}`] })],
    [
      'the header that Vercel adds to its own requests, without the secret',
      () => ({ headers: ['x-vercel-cron', '1'] }),
    ],
    ['its secret in the query', () => ({ query: `?CRON_SECRET=${stack.env['CRON_SECRET']}` })],
  ])('refuses %s, and does nothing', async (_case, request) => {
    const before = await listCustomers(stack)
    await signUp(stack)
    const { headers, query } = request()
    expectProblem(await sweep(headers, query), 401)
    expect(await listCustomers(stack)).toHaveLength(before.length)
  })

  it('does all work that is due once, although several sweeps run at once, and responds with counts', async () => {
    const responses = await Promise.all(Array.from({ length: 4 }, () => sweep(cronBearer())))
    for (const { status, headers } of responses) expect([status, headers['cache-control']]).toEqual([200, 'no-store'])
    const sweeps = responses.map((response) => sweepSchema.parse(response.json()))
    const { data: profiles } = await stack.admin.from('profile').select('id')
    const owners = (await listCustomers(stack)).map(({ metadata }) => metadata['profile_id'])
    expect(owners).toHaveLength(profiles!.length)
    expect(new Set(owners)).toEqual(new Set(profiles!.map(({ id }) => String(id))))
    // The four users who signed up in the tests above.
    expect(sweeps.reduce((sum, { done }) => sum + done, 0)).toBe(4)
    expect((await sweep(cronBearer())).json()).toMatchObject({ claimed: 0, stopped: 'idle' })
  })

  it('refuses other methods with 405, and says which one it serves', async () => {
    for (const method of ['POST', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'DELETE']) {
      const response = await send(`${stack.webUrl}/api/sync-stripe-customers`, { method, headers: cronBearer() })
      expect([method, response.status, response.headers.allow]).toEqual([method, 405, 'GET'])
    }
  })
})

describe('the application', () => {
  it('has all parts when everything is configured, and is degraded because Vault holds another key', async () => {
    const parts = { api_route_secret: 'ok', cron_secret: 'ok', supabase: 'ok', stripe: 'ok' }
    const problem = expect.stringContaining('The route refuses the secret (HTTP 401)')
    const wakeUps = { state: 'failing', made_by_schedule: expect.any(Number), problem }
    // The responses to wake-ups come by themselves, and the result is up to 5 s old.
    await expect
      .poll(async () => {
        const response = await health()
        return { status: response.status, body: response.json() }
      })
      .toMatchObject({ status: 200, body: { status: 'degraded', parts, wake_ups: wakeUps } })
  })

  it('logs no secret', () => {
    const log = stack.web.output()
    for (const name of ['API_ROUTE_SECRET', 'CRON_SECRET', 'SUPABASE_SECRET_KEY', 'STRIPE_SECRET_KEY']) {
      const secret = stack.env[name]
      expect(secret).toBeDefined()
      expect(log).not.toContain(secret)
    }
  })

  it('refuses every key with 503 while its secrets are unset or weak, and logs once how to fix each', async () => {
    const cronSecret = stack.env['CRON_SECRET']
    delete stack.env['API_ROUTE_SECRET']
    stack.env['CRON_SECRET'] = 'changeme'
    await stack.restartWeb()

    const body = webhookBody(await signUp(stack))
    for (const token of ['undefined', 'changeme', key, cronSecret]) {
      const headers = ['authorization', `Bearer ${token}`]
      expectProblem(await create({ headers, body }), 503)
      expectProblem(await sweep(headers), 503)
    }
    expectProblem(await create({ query: '?API_ROUTE_SECRET=', body }), 503)
    expectProblem(await sweep(), 503)
    const response = await health()
    expect(response.status).toBe(503)
    const parts = { api_route_secret: 'not_configured', cron_secret: 'not_configured', supabase: 'ok' }
    expect(response.json()).toMatchObject({ parts })

    const log = stack.web.output()
    for (const name of ['API_ROUTE_SECRET', 'CRON_SECRET'])
      expect(log.split(`npx routekey generate ${name}`)).toHaveLength(2)
    expect(log).not.toContain('changeme')
  })
})
