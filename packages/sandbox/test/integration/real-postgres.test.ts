import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { createClient, type SupabaseClient } from '@supabase/supabase-js'
import { Client } from 'pg'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'

import { type Sandbox, startSandbox } from '../../src/index.ts'
import { startTestPostgres, type TestPostgres } from '../../src/testing/test-postgres.ts'
import { type RecordingApplication, startRecordingApplication } from '../recording-application.ts'

const apiRouteSecret = 'the-secret-of-the-route'

/** Other tests may be at work on the machine. */
const patience = { timeout: 10_000, interval: 20 }

let dir: string
let postgres: TestPostgres
let application: RecordingApplication
let sandbox: Sandbox

beforeAll(async () => {
  vi.spyOn(console, 'error').mockImplementation(() => {})
  dir = await mkdtemp(join(tmpdir(), 'routekey-postgres-'))
  // Empty: the sandbox is to prepare it.
  postgres = await startTestPostgres({ migrationsDirectory: null })
  application = await startRecordingApplication()
  sandbox = await start()
})

afterAll(async () => {
  await sandbox.stop()
  await postgres.stop()
  await application.close()
  await rm(dir, { recursive: true })
})

const start = () =>
  startSandbox({
    dir,
    ports: { supabase: 0, stripe: 0, github: 0 },
    appUrl: application.url,
    apiRouteSecret: apiRouteSecret,
    databaseUrl: postgres.url,
    stripe: false,
    github: false,
    seed: true,
  })

function connect(key = sandbox.supabase!.publishableKey): SupabaseClient {
  return createClient(sandbox.supabase!.url, key, { auth: { persistSession: false, autoRefreshToken: false } })
}

const credentials = { email: 'first@example.com', password: 'correct horse' }

it('signs a user up, makes the profile and wakes the route', async () => {
  const client = connect()
  const { data, error } = await client.auth.signUp(credentials)
  expect(error).toBeNull()
  const { id } = data.user!
  expect((await client.from('profile').select('id, email')).data).toEqual([{ id, email: credentials.email }])
  const { headers, body } = await application.waitForRequest((request) => request.body.includes(id))
  expect(headers.get('x-api-key')).toBe(apiRouteSecret)
  expect(JSON.parse(body)).toMatchObject({ type: 'INSERT', table: 'profile', record: { id } })
})

it('records the response, and takes the request from the queue', async () => {
  const client = new Client({ connectionString: postgres.url })
  await client.connect()
  await vi.waitFor(async () => {
    const { rows } = await client.query('select status_code, content, headers, error_msg from net._http_response')
    expect(rows).toContainEqual({
      status_code: 200,
      content: '{"message":"ok"}',
      headers: expect.objectContaining({ 'content-type': expect.stringContaining('application/json') }),
      error_msg: null,
    })
  }, patience)
  expect((await client.query('select from net.http_request_queue')).rowCount).toBe(0)
  await client.end()
})

it('keeps what the migrations revoked', async () => {
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

it('goes on after a restart', async () => {
  await sandbox.stop()
  sandbox = await start()
  const { error } = await connect().auth.signInWithPassword(credentials)
  expect(error).toBeNull()
})
