import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient, type SupabaseClient } from '@supabase/supabase-js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type Sandbox, startSandbox } from '../../src/index.ts'
import { createTestDatabase } from '../../src/testing/create-test-database.ts'
import { readMailedToken } from '../../src/testing/read-mailed-token.ts'
import { startTestPostgres, type TestPostgres } from '../../src/testing/start-test-postgres.ts'
import { engineCases } from '../data-api/engine-cases.ts'
import type { Story } from '../data-api/function-case.ts'
import { keyringCases } from '../data-api/keyring-cases.ts'

const cases = [...keyringCases, ...engineCases]

it('has a case for every function that a key of the project may call', async () => {
  const database = await createTestDatabase()
  // A function with a row as its argument is a part of others.
  const { rows } = await database.query(`
    select distinct proc.proname as name
    from pg_catalog.pg_proc as proc, unnest('{anon,authenticated,service_role}'::name[]) as role (name)
    where proc.pronamespace = 'public'::regnamespace
      and proc.prorettype not in ('trigger'::regtype, 'event_trigger'::regtype)
      and has_function_privilege(role.name, proc.oid, 'execute')
      and not exists (
        select from unnest(proc.proargtypes) as argument (oid)
        join pg_catalog.pg_type as type on type.oid = argument.oid and type.typtype = 'c'
      )
  `)
  await database.close()
  const names = z.array(z.object({ name: z.string() })).parse(rows)
  expect(names.map(({ name }) => name).toSorted()).toEqual([...new Set(cases.map(({ call }) => call))].toSorted())
})

describe.each(['PGlite', 'Postgres'])('the SQL functions over the Data API on %s', (kind) => {
  let dir: string
  let server: TestPostgres | undefined
  let sandbox: Sandbox
  let service: SupabaseClient
  let story: Story

  const connect = (key: string): SupabaseClient =>
    createClient(sandbox.supabase!.url, key, { auth: { persistSession: false, autoRefreshToken: false } })

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'routekey-functions-'))
    if (kind === 'Postgres') server = await startTestPostgres({ migrationsDirectory: null })
    // Nothing listens at the application's address, so the story alone changes the work.
    sandbox = await startSandbox({
      dir,
      ports: { supabase: 0 },
      stripe: false,
      github: false,
      ...(server && { databaseUrl: server.url }),
      appUrl: 'http://127.0.0.1:9',
      apiRouteSecret: 'never-sent-in-this-test',
    })
    const { publishableKey, secretKey, mailDirectory } = sandbox.supabase!
    service = connect(secretKey)
    const visitor = connect(publishableKey)
    const email = 'first@example.com'
    await visitor.auth.signUp({ email, password: 'correct horse' })
    await visitor.auth.verifyOtp({ type: 'signup', token_hash: await readMailedToken(mailDirectory, email) })
    const { claims } = (await visitor.auth.getClaims()).data!
    const now = new Date().toISOString()
    story = { userId: claims.sub, sessionId: claims.session_id, keyId: randomUUID(), lease: randomUUID(), now }
  })

  afterAll(async () => {
    await sandbox.stop()
    await server?.stop()
    await rm(dir, { recursive: true })
  })

  it.each(cases)('$call', async ({ call, args, result }) => {
    const { data, error } = await service.rpc(call, args(story))
    expect(error).toBeNull()
    expect({ data }).toMatchObject({ data: result(story) })
  })
})
