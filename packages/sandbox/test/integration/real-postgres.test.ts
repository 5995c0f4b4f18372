import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient, type SupabaseClient } from '@supabase/supabase-js'
import postgres, { type Sql } from 'postgres'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { type Sandbox, startSandbox } from '../../src/index.ts'
import { readMailedToken } from '../../src/testing/read-mailed-token.ts'
import { startTestPostgres, type TestPostgres } from '../../src/testing/start-test-postgres.ts'
import { type RecordingApplication, startRecordingApplication } from '../recording-application.ts'

const apiRouteSecret = 'the-secret-of-the-route'

const patience = { timeout: 30_000, interval: 10 }

let dir: string
let server: TestPostgres
let sql: Sql
let application: RecordingApplication
let sandbox: Sandbox

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'routekey-postgres-'))
  // Empty, because the sandbox must prepare it.
  server = await startTestPostgres({ migrationsDirectory: null })
  sql = postgres(server.url, { max: 2, onnotice: () => {} })
  application = await startRecordingApplication()
  sandbox = await start()
})

afterAll(async () => {
  await sandbox.stop()
  await sql.end()
  await server.stop()
  await application.close()
  await rm(dir, { recursive: true })
})

const start = () =>
  startSandbox({
    dir,
    ports: { supabase: 0, stripe: 0, github: 0 },
    appUrl: application.url,
    apiRouteSecret,
    databaseUrl: server.url,
    stripe: false,
    github: false,
    seed: true,
  })

function connect(key = sandbox.supabase!.publishableKey): SupabaseClient {
  return createClient(sandbox.supabase!.url, key, { auth: { persistSession: false, autoRefreshToken: false } })
}

const credentials = { email: 'first@example.com', password: 'correct horse' }

it('signs a user up, creates the profile and calls the route', async () => {
  const client = connect()
  await client.auth.signUp(credentials)
  const token = await readMailedToken(sandbox.supabase!.mailDirectory, credentials.email)
  const { data, error } = await client.auth.verifyOtp({ type: 'signup', token_hash: token })
  expect(error).toBeNull()
  const { id } = data.user!
  expect((await client.from('profile').select('id, email')).data).toEqual([{ id, email: credentials.email }])
  const { headers, body } = await application.waitForRequest((request) => request.body.includes(id))
  expect(headers.get('x-api-key')).toBe(apiRouteSecret)
  expect(JSON.parse(body)).toMatchObject({ type: 'UPDATE', table: 'users', record: { id } })
})

it('passes a JSON argument as an object, not as a JSON string', async () => {
  const admin = connect(sandbox.supabase!.secretKey)
  const input = { id: randomUUID(), unit: 'hour', from: new Date() }
  // The result for an unknown key. Without an id it would be an empty list.
  expect(await admin.rpc('read_api_key_usage', { input })).toMatchObject({ data: null, error: null })
})

it('records the response, and removes the request from the queue', async () => {
  await vi.waitFor(async () => {
    const rows = await sql`select status_code, content, headers, error_msg from net._http_response`
    expect([...rows]).toContainEqual({
      status_code: 200,
      content: '{"message":"ok"}',
      headers: expect.objectContaining({ 'content-type': expect.stringContaining('application/json') }),
      error_msg: null,
    })
  }, patience)
  expect(await sql`select from net.http_request_queue`).toHaveLength(0)
})

it('sends nothing before the commit, while it sends the requests of others', async () => {
  await sql.begin(async (transaction) => {
    await transaction`select net.http_get(${`${application.url}/uncommitted`})`
    await sql`select net.http_get(${`${application.url}/committed`})`
    await application.waitForRequest(({ path }) => path === '/committed')
    expect(application.requests.map(({ path }) => path)).not.toContain('/uncommitted')
  })
  await application.waitForRequest(({ path }) => path === '/uncommitted')
})

it('keeps the revocations of the migrations', async () => {
  expect((await connect().from('profile').select()).error).toMatchObject({ code: '42501' })
  expect((await connect().from('stripe_customer_work').select()).error).toMatchObject({ code: '42501' })
})

it('keeps requests of different roles apart', async () => {
  const client = connect()
  await client.auth.signInWithPassword(credentials)
  const service = connect(sandbox.supabase!.secretKey)
  const everyone = (await service.from('profile').select('id')).data!.length
  const counts = await Promise.all(
    Array.from({ length: 20 }).flatMap(() => [
      client
        .from('profile')
        .select('id')
        .then(({ data }) => data?.length),
      service
        .from('profile')
        .select('id')
        .then(({ data }) => data?.length),
    ]),
  )
  expect(new Set(counts)).toEqual(new Set([1, everyone]))
})

it('keeps its data over a restart', async () => {
  await sandbox.stop()
  sandbox = await start()
  const { error } = await connect().auth.signInWithPassword(credentials)
  expect(error).toBeNull()
})
