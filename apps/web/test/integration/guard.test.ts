import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { send } from '#test/support/send.ts'
import { listCustomers, signUp, type Stack, startStack, webhookBody } from '#test/support/stack.ts'

const route = '/api/create-stripe-customer'
const otherCase = (text: string) => text.replace(/[a-f]/, (letter) => letter.toUpperCase())
const jsonType = ['content-type', 'application/json']
const key = randomBytes(32).toString('hex')

let stack: Stack
beforeAll(async () => {
  // Vault has another key, and no sweep comes: that there is a customer is the doing of the requests below.
  stack = await startStack({ env: { API_ROUTE_SECRET: key }, sweepIntervalMs: 3_600_000 })
})
afterAll(async () => {
  await stack.stop()
})

describe('POST /api/create-stripe-customer', () => {
  let body: string
  let profile: { id: string; email: string }
  beforeAll(async () => {
    profile = await signUp(stack)
    body = webhookBody(profile)
  })

  const post = (options: { headers?: string[]; query?: string; body?: string }) =>
    send(`${stack.webUrl}${route}${options.query ?? ''}`, {
      headers: [...jsonType, ...(options.headers ?? [])],
      body: options.body ?? body,
    })

  const refused: Record<string, [status: number, request: { headers?: string[]; query?: string }]> = {
    'no key': [401, {}],
    'an empty header': [401, { headers: ['x-api-key', ''] }],
    'an empty query parameter': [401, { query: '?API_ROUTE_SECRET=' }],
    'an empty bearer token': [401, { headers: ['authorization', 'Bearer '] }],
    'a wrong key': [401, { headers: ['x-api-key', randomBytes(32).toString('hex')] }],
    'a wrong key in the query': [401, { query: `?API_ROUTE_SECRET=${randomBytes(32).toString('hex')}` }],
    'a prefix of the key': [401, { headers: ['x-api-key', key.slice(0, -1)] }],
    'the key and one more character': [401, { headers: ['x-api-key', `${key}0`] }],
    'the key in another case': [401, { headers: ['x-api-key', otherCase(key)] }],
    'the key with a trailing space': [401, { query: `?API_ROUTE_SECRET=${key}%20` }],
    'the key with a leading space': [401, { query: `?API_ROUTE_SECRET=%20${key}` }],
    'the key with a NUL byte': [401, { query: `?API_ROUTE_SECRET=${key}%00` }],
    'the key in a parameter of another case': [401, { query: `?api_route_secret=${key}` }],
    'the key in a cookie': [401, { headers: ['cookie', `API_ROUTE_SECRET=${key}`] }],
    'the key as a Basic password': [
      401,
      { headers: ['authorization', `Basic ${Buffer.from(`api:${key}`).toString('base64')}`] },
    ],
    'the key after the word Basic': [401, { headers: ['authorization', `Basic ${key}`] }],
    'the key as the whole Authorization header': [401, { headers: ['authorization', key] }],
    'the literal undefined': [401, { query: '?API_ROUTE_SECRET=undefined' }],
    'the literal undefined as a bearer token': [401, { headers: ['authorization', 'Bearer undefined'] }],
    'the literal null': [401, { headers: ['x-api-key', 'null'] }],
    'the key twice in the query': [400, { query: `?API_ROUTE_SECRET=${key}&API_ROUTE_SECRET=${key}` }],
    'the key as an array in the query': [401, { query: `?API_ROUTE_SECRET[]=${key}` }],
    'the key in the header twice': [400, { headers: ['x-api-key', key, 'x-api-key', key] }],
    'the bearer token twice': [400, { headers: ['authorization', `Bearer ${key}`, 'authorization', `Bearer ${key}`] }],
    'a wrong bearer token before the right one': [
      400,
      { headers: ['authorization', 'Bearer wrong', 'authorization', `Bearer ${key}`] },
    ],
    'two bearer tokens in one header': [400, { headers: ['authorization', `Bearer ${key}, Bearer ${key}`] }],
    'the key in header and query': [400, { headers: ['x-api-key', key], query: `?API_ROUTE_SECRET=${key}` }],
    'the key in both headers': [400, { headers: ['x-api-key', key, 'authorization', `Bearer ${key}`] }],
    'a right key and a wrong one': [400, { headers: ['x-api-key', key], query: '?API_ROUTE_SECRET=something-else' }],
  }

  it.each(Object.entries(refused))('refuses %s, as a problem document, and creates nothing', async (_name, row) => {
    const [status, request] = row
    const answer = await post(request)
    expect(answer.status).toBe(status)
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/)
    expect(answer.json()).toMatchObject({ status })
    expect(answer.headers['www-authenticate']).toMatch(/^Bearer /)
    expect(answer.body).not.toContain(key)
    expect(await listCustomers(stack)).toEqual([])
  })

  const accepted: Record<string, { headers?: string[]; query?: string }> = {
    'the query parameter': { query: `?API_ROUTE_SECRET=${key}` },
    'Authorization: Bearer': { headers: ['authorization', `Bearer ${key}`] },
    'authorization: bearer, in lower case': { headers: ['authorization', `bearer ${key}`] },
    'Authorization: BEARER, in upper case': { headers: ['Authorization', `BEARER ${key}`] },
    'x-api-key': { headers: ['x-api-key', key] },
  }

  it.each(Object.entries(accepted))(
    'lets the key in by %s and links the customer both ways',
    async (_name, request) => {
      const answer = await post(request)
      expect(answer.status, answer.body).toBe(200)
      const [customer] = await listCustomers(stack)
      expect(answer.json()).toEqual({ message: `stripe customer created: ${customer!.id}` })
      expect(answer.headers['cache-control']).toBe('private, no-store')
      expect(answer.headers['referrer-policy']).toBe('no-referrer')

      const row = await stack.admin.from('profile').select('stripe_customer').eq('id', profile.id).single()
      expect(row.data).toEqual({ stripe_customer: customer!.id })
      expect(customer!.metadata['profile_id']).toBe(profile.id)
      expect(customer!.email).toBe(profile.email)
      expect(await listCustomers(stack)).toHaveLength(1)
    },
  )

  const badBodies: Record<string, [status: number, body: () => string, says: RegExp]> = {
    'no JSON': [400, () => '{"type":', /JSON/],
    'an empty body': [400, () => '', /JSON/],
    'JSON of another shape': [400, () => '{"hello":"world"}', /record/],
    'an id that is not a UUID': [400, () => webhookBody({ id: 'x', email: 'a@example.com' }), /id/],
    'another table': [422, () => body.replace('"profile"', '"invoices"'), /profile/],
    'another schema': [422, () => body.replace('"public"', '"private"'), /public/],
    'a profile that does not exist': [
      404,
      () => webhookBody({ id: '00000000-0000-4000-8000-000000000000', email: 'a@example.com' }),
      /profile/,
    ],
  }

  it.each(Object.entries(badBodies))('answers %s with the expected input', async (_name, [status, text, says]) => {
    const answer = await post({ headers: ['x-api-key', key], body: text() })
    expect(answer.status, answer.body).toBe(status)
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/)
    expect(answer.json()).toMatchObject({ status, detail: expect.stringMatching(says) })
    expect(await listCustomers(stack)).toHaveLength(1)
  })

  it.each(['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'DELETE'])(
    'answers %s with 405 and the allowed methods',
    async (method) => {
      const answer = await send(`${stack.webUrl}${route}`, { method, headers: ['x-api-key', key] })
      expect(answer.status).toBe(405)
      expect(answer.headers.allow).toBe('POST')
      expect(await listCustomers(stack)).toHaveLength(1)
    },
  )

  it('takes the e-mail from the profile, never from the posted record', async () => {
    const other = await signUp(stack)
    const answer = await post({
      headers: ['x-api-key', key],
      body: webhookBody({ id: other.id, email: 'mallory@example.com' }),
    })
    expect(answer.status).toBe(200)
    const emails = (await listCustomers(stack)).map(({ email }) => email)
    expect(emails).toContain(other.email)
    expect(emails).not.toContain('mallory@example.com')
  })

  it('is ready, by GET /api/health', async () => {
    const answer = await send(`${stack.webUrl}/api/health`, { method: 'GET' })
    expect(answer.status).toBe(200)
    const parts = { api_route_secret: 'ok', cron_secret: 'ok', supabase: 'ok', stripe: 'ok' }
    expect(answer.json()).toEqual({ status: 'ok', parts })
  })

  it('leaves no secret in its log', () => {
    const log = stack.web.output()
    for (const name of ['API_ROUTE_SECRET', 'CRON_SECRET', 'SUPABASE_SECRET_KEY', 'STRIPE_SECRET_KEY']) {
      const secret = stack.env[name]
      expect(secret).toBeDefined()
      expect(log).not.toContain(secret)
    }
  })
})

const sync = (headers: string[] = [], query = '') =>
  send(`${stack.webUrl}/api/sync-stripe-customers${query}`, { method: 'GET', headers })
const bearer = () => ['authorization', `Bearer ${stack.env['CRON_SECRET']}`]
const sweepAnswerSchema = z.strictObject({
  repaired: z.int(),
  claimed: z.int(),
  done: z.int(),
  retrying: z.literal(0),
  failed: z.literal(0),
  lost: z.literal(0),
  stopped: z.literal('idle'),
})

describe('GET /api/sync-stripe-customers', () => {
  it('refuses everyone without its own secret, and does nothing', async () => {
    const before = await listCustomers(stack)
    await signUp(stack)
    const secret = stack.env['CRON_SECRET']!
    const answers = [
      await sync(),
      await sync(['authorization', 'Bearer ']),
      await sync(['authorization', 'Bearer undefined']),
      await sync(['authorization', `Bearer ${secret}0`]),
      await sync(['authorization', `Bearer ${key}`]),
      await sync(['x-vercel-cron', '1']),
      await sync([], `?CRON_SECRET=${secret}`),
    ]
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 401))
    expect(await listCustomers(stack)).toHaveLength(before.length)
  })

  it('does due work once in concurrent sweeps, and answers with counts', async () => {
    const users = []
    for (let count = 0; count < 3; count++) users.push(await signUp(stack))
    const answers = await Promise.all(Array.from({ length: 4 }, () => sync(bearer())))
    for (const { status, headers } of answers) expect([status, headers['cache-control']]).toEqual([200, 'no-store'])
    const sweeps = answers.map((answer) => sweepAnswerSchema.parse(answer.json()))
    const owners = (await listCustomers(stack)).map(({ metadata }) => metadata['profile_id'])
    expect(new Set(owners).size).toBe(owners.length)
    for (const { id } of users) expect(owners).toContain(id)
    // These three, and the one of the test before.
    expect(sweeps.reduce((sum, { done }) => sum + done, 0)).toBe(4)
    expect((await sync(bearer())).json()).toMatchObject({ claimed: 0, stopped: 'idle' })
  })

  it('answers other methods with 405', async () => {
    for (const method of ['POST', 'HEAD', 'PUT', 'DELETE']) {
      const answer = await send(`${stack.webUrl}/api/sync-stripe-customers`, { method, headers: bearer() })
      expect([answer.status, answer.headers.allow]).toEqual([405, 'GET'])
    }
  })
})

describe.each([
  ['unset', undefined],
  ['empty', ''],
  ['changeme', 'changeme'],
])('with API_ROUTE_SECRET and CRON_SECRET %s', (_name, value) => {
  it('answers 503 to every request, and logs once how to fix it', async () => {
    const cronSecret = stack.env['CRON_SECRET']
    for (const name of ['API_ROUTE_SECRET', 'CRON_SECRET']) {
      if (value === undefined) delete stack.env[name]
      else stack.env[name] = value
    }
    await stack.restartWeb()
    for (const sent of [[], ['authorization', `Bearer ${value}`], ['authorization', `Bearer ${cronSecret}`]]) {
      expect((await sync(sent)).status).toBe(503)
    }
    const profile = await signUp(stack)
    const attempts: { headers?: string[]; query?: string }[] = [
      {},
      { query: '?API_ROUTE_SECRET=' },
      { query: '?API_ROUTE_SECRET=undefined' },
      { query: '?API_ROUTE_SECRET=changeme' },
      { headers: ['x-api-key', 'changeme'] },
      { headers: ['x-api-key', ''] },
      { headers: ['authorization', 'Bearer undefined'] },
      { headers: ['authorization', `Bearer ${key}`] },
      { headers: ['x-api-key', key], query: '?API_ROUTE_SECRET=changeme' },
    ]
    for (const { headers = [], query = '' } of attempts) {
      const answer = await send(`${stack.webUrl}${route}${query}`, {
        headers: [...jsonType, ...headers],
        body: webhookBody(profile),
      })
      expect(answer.status).toBe(503)
      expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/)
    }
    const health = await send(`${stack.webUrl}/api/health`, { method: 'GET' })
    expect(health.status).toBe(503)
    expect(health.json()).toMatchObject({ parts: { api_route_secret: 'not_configured', supabase: 'ok' } })

    const lines = stack.web.output().split('\n')
    const telling = lines.filter((line) => line.includes('npx routekey generate API_ROUTE_SECRET'))
    expect(telling).toHaveLength(1)
    expect(telling[0]).not.toContain('changeme')
  })
})
