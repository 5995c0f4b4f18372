import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { type Sandbox, startSandbox } from '@routekey/sandbox'
import { readMailedToken } from '@routekey/sandbox/read-mailed-token'
import { type TestPostgres, startTestPostgres } from '@routekey/sandbox/test-postgres'
import { type SupabaseClient, createClient } from '@supabase/supabase-js'
import { Client, Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { type KeyStore, createKeyring } from '../../../src/index.ts'
import { createPostgresLimiter, createPostgresStore } from '../../../src/stores/postgres.ts'
import { createSupabaseLimiter, createSupabaseStore } from '../../../src/stores/supabase.ts'
import { generateSql } from '../../../src/sql/generate-sql.ts'
import { useEveryLimiterMethod } from '../../shipped-sql/use-every-limiter-method.ts'
import { useEveryMethod } from '../../shipped-sql/use-every-method.ts'

// What hosted Supabase granted in projects before 2026: everything new in `public`, to all API roles.
const olderDefaultPrivileges = ['tables', 'functions', 'sequences'].map(
  (kind) => `alter default privileges in schema public grant all on ${kind} to anon, authenticated, service_role`,
)

/** Creates 50 keys at once for an owner who can have 25. Returns how often each result occurred, and how many keys exist. */
async function createAtOnce(store: KeyStore, owner: string) {
  const keyring = createKeyring({ store, prefix: 'acme', maximumKeysPerOwner: 25, timeoutMs: 60_000 })
  const results = await Promise.all(Array.from({ length: 50 }, () => keyring.create({ owner, name: 'CI' })))
  const created = results.filter(({ ok }) => ok).length
  const tooMany = results.filter((result) => !result.ok && result.reason === 'too_many_keys').length
  return { created, tooMany, stored: (await keyring.list({ owner, limit: 100 })).length }
}

const tables = ['api_key', 'api_key_secret', 'api_key_usage', 'api_key_audit'] as const

describe.each([
  ['without default privileges', []],
  ["with hosted Supabase's older default privileges", olderDefaultPrivileges],
])('the SQL on Supabase %s', (_project, preparation) => {
  let directory: string
  let server: TestPostgres
  let sandbox: Sandbox
  let pool: Pool

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'routekey-shipped-sql-'))
    const migrationsDirectory = join(directory, 'migrations')
    await mkdir(migrationsDirectory)
    await writeFile(join(migrationsDirectory, '20270101000000_api_key.sql'), generateSql({ supabase: true }))
    server = await startTestPostgres({ migrationsDirectory: null })
    const client = new Client({ connectionString: server.url })
    await client.connect()
    for (const statement of preparation) await client.query(statement)
    await client.end()
    sandbox = await startSandbox({
      dir: directory,
      ports: { supabase: 0 },
      databaseUrl: server.url,
      migrationsDirectory,
      stripe: false,
      github: false,
    })
    pool = new Pool({ connectionString: server.url, max: 3 })
    pool.on('error', () => {})
  })

  afterAll(async () => {
    await pool.end()
    await sandbox.stop()
    await server.stop()
    await rm(directory, { recursive: true })
  })

  function connect(role: 'publishableKey' | 'secretKey'): SupabaseClient {
    const { supabase } = sandbox
    return createClient(supabase!.url, supabase![role], { auth: { persistSession: false } })
  }

  async function signUp(email: string): Promise<{ client: SupabaseClient; id: string }> {
    const client = connect('publishableKey')
    await client.auth.signUp({ email, password: 'correct horse battery staple' })
    const token = await readMailedToken(sandbox.supabase!.mailDirectory, email)
    const { data, error } = await client.auth.verifyOtp({ type: 'signup', token_hash: token })
    expect(error).toBeNull()
    return { client, id: data.user!.id }
  }

  it('every method works through the Supabase store and the Data API', async () => {
    const client = connect('secretKey')
    await expect(useEveryMethod(createSupabaseStore({ client }))).resolves.toBeUndefined()
    await expect(useEveryLimiterMethod(createSupabaseLimiter({ client, points: 1 }))).resolves.toBeUndefined()
  })

  it('every method works through the Postgres store, as the service role', async () => {
    const asServiceRole = new Pool({ connectionString: server.url, max: 3, options: '-c role=service_role' })
    await expect(useEveryMethod(createPostgresStore({ client: asServiceRole }))).resolves.toBeUndefined()
    const limiter = createPostgresLimiter({ client: asServiceRole, points: 1 })
    await expect(useEveryLimiterMethod(limiter)).resolves.toBeUndefined()
    await asServiceRole.end()
  })

  it('creates exactly the maximum of 50 keys at once, through the Data API and through Postgres', async ({
    onTestFinished,
  }) => {
    const exactly = { created: 25, tooMany: 25, stored: 25 }
    const viaApi = createSupabaseStore({ client: connect('secretKey') })
    expect(await createAtOnce(viaApi, 'of the Data API')).toEqual(exactly)
    const asServiceRole = new Pool({ connectionString: server.url, max: 10, options: '-c role=service_role' })
    onTestFinished(() => asServiceRole.end())
    expect(await createAtOnce(createPostgresStore({ client: asServiceRole }), 'of Postgres')).toEqual(exactly)
  })

  it('anonymous and signed-in users can execute no function that reads or changes keys, and use no sequence', async () => {
    const { rows } = await pool.query(`
      select role, oid::regprocedure::text as name from unnest(array['anon', 'authenticated']) as role, pg_proc
      where pronamespace = 'public'::regnamespace and proname ~ 'api_key|limit' and has_function_privilege(role, oid, 'execute')
      union all
      select role, oid::regclass::text from unnest(array['anon', 'authenticated']) as role, pg_class
      where relnamespace = 'public'::regnamespace and relkind = 'S'
        and has_sequence_privilege(role, oid, 'usage, select, update')
    `)
    expect(rows).toEqual([{ role: 'authenticated', name: 'list_readable_api_key_owners()' }])
    const functions = await pool.query(
      `select proname from pg_proc where proname ~ 'api_key|_limits?$|_limit_points$|check_visible_rows'`,
    )
    expect(functions.rowCount).toBe(34)
  })

  it('owners read their own keys, usage and audit trail, and nothing else', async () => {
    const [ada, eve] = [await signUp('ada@example.com'), await signUp('eve@example.com')]
    const keyring = createKeyring({ store: createSupabaseStore({ client: connect('secretKey') }), prefix: 'acme' })
    const { key, record } = await keyring.create({ owner: ada.id, name: 'CI' })
    await keyring.verify(key)
    await keyring.flush()
    for (const table of tables) {
      const [own, others, anonymous] = await Promise.all(
        [ada.client, eve.client, connect('publishableKey')].map((client) => client.from(table).select()),
      )
      expect(anonymous!.error?.code, `anonymous reads ${table}`).toBe('42501')
      const isSecret = table === 'api_key_secret'
      expect(own!.error?.code ?? own!.data?.length, `the owner reads ${table}`).toBe(isSecret ? '42501' : 1)
      expect(others!.error?.code ?? others!.data?.length, `another user reads ${table}`).toBe(isSecret ? '42501' : 0)
      const written = await ada.client.from(table).delete().neq('key_id', record.id).select()
      expect(written.error, `the owner deletes from ${table}`).not.toBeNull()
    }
    for (const { client } of [ada, eve, { client: connect('publishableKey') }]) {
      expect((await client.from('limit_counter').select()).error?.code).toBe('42501')
      expect(await createSupabaseLimiter({ client }).get('a').catch(String)).toContain('permission denied')
      for (const name of ['find_api_key', 'get_api_key', 'list_api_keys', 'revoke_api_keys', 'delete_api_keys']) {
        const { error } = await client.rpc(name, { input: { id: record.id, owner: ada.id, limit: 1 } })
        expect(error?.code, name).toBe('42501')
      }
    }
    expect(await keyring.list({ owner: ada.id })).toHaveLength(1)
    await keyring.close()
  })
})
