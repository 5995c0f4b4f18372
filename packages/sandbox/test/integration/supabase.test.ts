import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { format } from 'node:util'
import { createClient, type SupabaseClient } from '@supabase/supabase-js'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Sandbox, startSandbox } from '../../src/index.ts'
import { type RecordingApplication, startRecordingApplication } from '../recording-application.ts'

const apiRouteSecret = 'the-secret-of-the-route'
const cronSecret = 'the-secret-of-the-sweep'

let dir: string
let application: RecordingApplication
let sandbox: Sandbox
let url: string
let publishableKey: string
let secretKey: string
const lines: string[] = []
const printed: string[] = []

beforeAll(async () => {
  // `@supabase/lite` prints the errors of the database here.
  vi.spyOn(console, 'error').mockImplementation((...words: unknown[]) => void printed.push(format(...words)))
  dir = await mkdtemp(join(tmpdir(), 'routekey-sandbox-'))
  application = await startRecordingApplication()
  sandbox = await startSandbox({
    dir,
    ports: { supabase: 0, stripe: 0, github: 0 },
    appUrl: application.url,
    apiRouteSecret,
    cronSecret,
    sweepIntervalMs: 100,
    log: (line) => lines.push(line),
  })
  ;({ url, publishableKey, secretKey } = sandbox.supabase!)
})

afterAll(async () => {
  await sandbox.stop()
  await application.close()
  await rm(dir, { recursive: true })
  vi.restoreAllMocks()
})

function connect(key = publishableKey): SupabaseClient {
  return createClient(url, key, { auth: { persistSession: false, autoRefreshToken: false } })
}

let users = 0

async function signUp(): Promise<{ client: SupabaseClient; id: string; email: string; password: string }> {
  users += 1
  const credentials = { email: `user-${users}@example.com`, password: 'correct horse' }
  const client = connect()
  const { data, error } = await client.auth.signUp(credentials)
  expect(error).toBeNull()
  expect(data.session).not.toBeNull()
  return { client, id: data.user!.id, ...credentials }
}

const read = async (client: SupabaseClient) => (await client.from('profile').select('id')).data

const get = (path: string, headers: Record<string, string> = {}) => fetch(`${url}${path}`, { headers })

describe('signing up', () => {
  it('starts a session, creates a profile, and calls the route with the secret and the row', async () => {
    const { client, id, email } = await signUp()
    const { data: profiles } = await client.from('profile').select()
    expect(profiles).toEqual([expect.objectContaining({ id, email, stripe_customer: null })])

    const { method, headers, body } = await application.waitForRequest(
      (request) => request.path === '/api/create-stripe-customer' && request.body.includes(id),
    )
    expect(method).toBe('POST')
    expect(headers.get('x-api-key')).toBe(apiRouteSecret)
    expect(headers.get('content-type')).toBe('application/json')
    expect(JSON.parse(body)).toEqual({
      type: 'INSERT',
      schema: 'public',
      table: 'profile',
      record: expect.objectContaining({ id, email }),
      old_record: null,
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

  it('refuses a wrong password, and a second account with the same address', async () => {
    const { email, password } = await signUp()
    const wrong = await connect().auth.signInWithPassword({ email, password: `${password}!` })
    expect(wrong.error).toMatchObject({ code: 'invalid_credentials' })
    const again = await connect().auth.signUp({ email, password })
    expect(again.error).toMatchObject({ code: 'user_already_exists' })
  })
})

describe('keys and roles', () => {
  it('refuses a request without a key, with a wrong key, and with the key only as a bearer token', async () => {
    expect((await get('/rest/v1/profile')).status).toBe(401)
    expect((await get('/rest/v1/profile', { apikey: 'sb_secret_other' })).status).toBe(401)
    expect((await get('/rest/v1/profile', { authorization: `Bearer ${secretKey}` })).status).toBe(401)
  })

  it('shows owners their row, a stranger no row, and the service role every row', async () => {
    const owner = await signUp()
    const stranger = await signUp()
    const rowOf = async (client: SupabaseClient) => (await client.from('profile').select('id').eq('id', owner.id)).data
    expect(await rowOf(owner.client)).toEqual([{ id: owner.id }])
    expect(await rowOf(stranger.client)).toEqual([])
    expect(await rowOf(connect(secretKey))).toEqual([{ id: owner.id }])
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
      for (const key of [publishableKey, secretKey]) {
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
      const preflight = await fetch(`${url}${path}`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': asked },
      })
      expect(preflight.ok).toBe(true)
      expect(preflight.headers.get('access-control-allow-origin')).toBe('*')
      expect(preflight.headers.get('access-control-allow-methods')).toContain('POST')
      expect(preflight.headers.get('access-control-allow-headers')).toBe(asked)
      const answer = await get(path, { origin, apikey: publishableKey })
      expect(answer.headers.get('access-control-allow-origin')).toBe('*')
    },
  )

  it('cannot use the secret key', async () => {
    const browser = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36'
    const answer = await get('/rest/v1/profile', { apikey: secretKey, 'user-agent': browser })
    expect(answer.status).toBe(401)
  })
})

describe('many requests at the same time', () => {
  it('keeps requests of different roles apart', async () => {
    const [first, second] = [await signUp(), await signUp()]
    const service = connect(secretKey)
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
    const { data } = await connect(secretKey).from('profile').select('id')
    const ids = new Set(data!.map(({ id }: { id: string }) => id))
    expect(created.every(({ id }) => ids.has(id))).toBe(true)
  })
})

describe('e-mail', () => {
  it('is saved as a file with a link that works, and does not appear in the log', async () => {
    const { client, email } = await signUp()
    const { error } = await client.auth.resetPasswordForEmail(email)
    expect(error).toBeNull()
    const [file] = await readdir(join(dir, 'mail'))
    const text = await readFile(join(dir, 'mail', file!), 'utf8')
    expect(text).toContain(`To: ${email}`)
    const link = /http:\/\/\S+/.exec(text)![0]
    expect(link.startsWith(`${url}/auth/v1/verify?`)).toBe(true)
    const response = await fetch(link, { redirect: 'manual' })
    expect(response.headers.get('location')).toMatch(new RegExp(`^${application.url}.*access_token=`))
    expect(lines).toContain(`An e-mail to ${email} is in ${join(dir, 'mail', file!)}`)
    const token = new URL(link).searchParams.get('token')!
    expect(lines.join('\n')).not.toContain(token)
  })

  it('sends a link to the application to the new mailbox before an address changes', async () => {
    const { client, email } = await signUp()
    expect((await client.auth.updateUser({ email: `new-${email}` })).error).toBeNull()
    const mailbox = async (address: string) =>
      (await readdir(join(dir, 'mail'))).filter((name) => name.endsWith(`Z-${address}.txt`))
    expect(await mailbox(email)).toEqual([])
    const [file] = await mailbox(`new-${email}`)
    const link = /http:\/\/\S+/.exec(await readFile(join(dir, 'mail', file!), 'utf8'))![0]
    const { origin, pathname, searchParams } = new URL(link)
    expect([origin, pathname, searchParams.get('type')]).toEqual([application.url, '/auth/callback', 'email_change'])
    expect((await client.auth.getUser()).data.user!.email).toBe(email)

    const verified = await connect().auth.verifyOtp({
      type: 'email_change',
      token_hash: searchParams.get('token_hash')!,
    })
    expect(verified.error).toBeNull()
    const { data } = await client.from('profile').select('email')
    expect(data).toEqual([{ email: `new-${email}` }])
  })
})

describe('the sweep', () => {
  it('calls the sweep route with its secret', async () => {
    const { method, headers } = await application.waitForRequest(({ path }) => path === '/api/sync-stripe-customers')
    expect(method).toBe('GET')
    expect(headers.get('authorization')).toBe(`Bearer ${cronSecret}`)
  })
})

describe('output', () => {
  it('shows an error of the database as one line, without the parameters of the statement', async () => {
    const { client } = await signUp()
    const { error } = await client.from('profile').update({ email: 'secret@example.com' }).eq('email', 'secret-filter')
    expect(error).not.toBeNull()
    expect(printed.at(-1)).toBe('Supabase: permission denied for table profile (42501)')
  })

  it('contains no secret', () => {
    const output = [...lines, ...printed].join('\n')
    expect(output).toContain('\n')
    for (const secret of [apiRouteSecret, cronSecret, secretKey, publishableKey, 'correct horse']) {
      expect(output).not.toContain(secret)
    }
  })
})
