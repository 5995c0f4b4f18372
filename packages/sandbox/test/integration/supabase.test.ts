import type { SupabaseClient } from '@supabase/supabase-js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { apiRouteSecret, startSupabaseFixture, type SupabaseFixture } from '../supabase-fixture.ts'

let supabase: SupabaseFixture
let connect: SupabaseFixture['connect']
let signUp: SupabaseFixture['signUp']

beforeAll(async () => {
  supabase = await startSupabaseFixture()
  ;({ connect, signUp } = supabase)
})

afterAll(() => supabase.stop())

const read = async (client: SupabaseClient) => (await client.from('profile').select('id')).data

const get = (path: string, headers: Record<string, string> = {}) => fetch(`${supabase.url}${path}`, { headers })

describe('signing up', () => {
  it('starts a session once the address is confirmed, creates a profile, and calls the route with the secret and the row', async () => {
    const { client, id, email } = await signUp()
    const { data: profiles } = await client.from('profile').select()
    expect(profiles).toEqual([expect.objectContaining({ id, email, stripe_customer: null })])

    const { method, headers, body } = await supabase.application.waitForRequest(
      (request) => request.path === '/api/create-stripe-customer' && request.body.includes(id),
    )
    expect(method).toBe('POST')
    expect(headers.get('x-api-key')).toBe(apiRouteSecret)
    expect(headers.get('content-type')).toBe('application/json')
    expect(JSON.parse(body)).toEqual({
      type: 'UPDATE',
      schema: 'auth',
      table: 'users',
      record: { id, email },
      old_record: { id, email },
    })
  })

  it('lets the user sign in again and read the claims of the session', async () => {
    const { id, email, password } = await signUp()
    const client = connect()
    const { error } = await client.auth.signInWithPassword({ email, password })
    expect(error).toBeNull()
    const { data } = await client.auth.getClaims()
    expect(data!.claims).toMatchObject({ sub: id, email, role: 'authenticated' })
  })

  it('refuses a wrong password', async () => {
    const { email, password } = await signUp()
    const wrong = await connect().auth.signInWithPassword({ email, password: `${password}!` })
    expect(wrong.error).toMatchObject({ code: 'invalid_credentials' })
  })
})

describe('keys and roles', () => {
  it('refuses a request without a key, with a wrong key, and with the key only as a bearer token', async () => {
    expect((await get('/rest/v1/profile')).status).toBe(401)
    expect((await get('/rest/v1/profile', { apikey: 'sb_secret_other' })).status).toBe(401)
    expect((await get('/rest/v1/profile', { authorization: `Bearer ${supabase.secretKey}` })).status).toBe(401)
  })

  it('shows owners their row, a stranger no row, and the service role every row', async () => {
    const owner = await signUp()
    const stranger = await signUp()
    const rowOf = async (client: SupabaseClient) => (await client.from('profile').select('id').eq('id', owner.id)).data
    expect(await rowOf(owner.client)).toEqual([{ id: owner.id }])
    expect(await rowOf(stranger.client)).toEqual([])
    expect(await rowOf(connect(supabase.secretKey))).toEqual([{ id: owner.id }])
  })

  it('keeps the revocations of the migrations after requests of every role', async () => {
    const { client } = await signUp()
    const anonymous = await connect().from('profile').select()
    expect(anonymous.error).toMatchObject({ code: '42501' })
    const written = await client.from('profile').update({ stripe_customer: 'cus_mine' }).neq('email', '')
    expect(written.error).toMatchObject({ code: '42501' })
    const work = await client.from('stripe_customer_work').select()
    expect(work.error).toMatchObject({ code: '42501' })
  })

  it.each(['net', 'vault', 'auth', 'supabase_migrations'])(
    'does not expose the schema %s to any key',
    async (schema) => {
      for (const key of [supabase.publishableKey, supabase.secretKey]) {
        const { error } = await connect(key).schema(schema).from('secrets').select()
        expect(error).toMatchObject({ code: 'PGRST106' })
      }
    },
  )

  it.each(['/_system/info', '/_system/config', '/_system/introspect', '/_studio', '/'])(
    'does not expose %s',
    async (path) => {
      const response = await get(path)
      expect(response.status).toBe(404)
      expect(await response.text()).not.toContain('auth')
    },
  )
})

describe('a browser on a page of another origin', () => {
  const origin = 'http://localhost:3000'

  it.each(['/auth/v1/token?grant_type=password', '/auth/v1/user', '/rest/v1/profile'])(
    'can call %s with the headers of supabase-js',
    async (path) => {
      const asked = 'apikey,authorization,content-type,x-client-info,x-supabase-api-version'
      const preflight = await fetch(`${supabase.url}${path}`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': asked },
      })
      expect(preflight.ok).toBe(true)
      expect(preflight.headers.get('access-control-allow-origin')).toBe('*')
      expect(preflight.headers.get('access-control-allow-methods')).toContain('POST')
      expect(preflight.headers.get('access-control-allow-headers')).toBe(asked)
      const answer = await get(path, { origin, apikey: supabase.publishableKey })
      expect(answer.headers.get('access-control-allow-origin')).toBe('*')
    },
  )

  it('cannot use the secret key', async () => {
    const browser = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36'
    const answer = await get('/rest/v1/profile', { apikey: supabase.secretKey, 'user-agent': browser })
    expect(answer.status).toBe(401)
  })
})

describe('many requests at the same time', () => {
  it('keeps requests of different roles apart', async () => {
    const [first, second] = [await signUp(), await signUp()]
    const service = connect(supabase.secretKey)
    const everyone = (await read(service))!.length
    const results = await Promise.all(
      Array.from({ length: 25 }).flatMap(() => [
        read(first.client).then((rows) => expect(rows).toEqual([{ id: first.id }])),
        read(second.client).then((rows) => expect(rows).toEqual([{ id: second.id }])),
        read(connect()).then((rows) => expect(rows).toBeNull()),
        read(service).then((rows) => expect(rows).toHaveLength(everyone)),
      ]),
    )
    expect(results).toHaveLength(100)
  })

  it('creates a profile for each of 20 sign-ups', async () => {
    const created = await Promise.all(Array.from({ length: 20 }, signUp))
    const { data } = await connect(supabase.secretKey).from('profile').select('id')
    const ids = new Set(data!.map(({ id }: { id: string }) => id))
    expect(created.every(({ id }) => ids.has(id))).toBe(true)
  })
})
