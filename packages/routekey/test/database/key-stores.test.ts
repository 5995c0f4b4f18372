import { readFile } from 'node:fs/promises'

import { PGlite } from '@electric-sql/pglite'
import { createTestDatabase } from '@routekey/sandbox/test-database'
import { type TestPostgres, startTestPostgres } from '@routekey/sandbox/test-postgres'
import { Client, Pool } from 'pg'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'

import { type Keyring, type KeyStore, type TooManyKeys, createKeyring, generateKey } from '../../src/index.ts'
import { createPostgresStore, listenWithPg } from '../../src/stores/postgres.ts'
import { storeContract } from '../store-contract/store-contract.ts'

/** A bound that no machine reaches, however slow. */
const patiently = { timeout: 60_000 }

const schema = new URL('../../sql/api-key.sql', import.meta.url)
const closing: (() => Promise<unknown>)[] = []
let server: TestPostgres

beforeAll(async () => {
  server = await startTestPostgres()
})

afterAll(async () => {
  for (const close of closing.toReversed()) await close()
  await server.stop()
})

function openPool(): Pool {
  const pool = new Pool({ connectionString: server.url, max: 5 })
  // A connection that is closing when the server stops says so with an error.
  pool.on('error', () => {})
  closing.push(() => pool.end())
  return pool
}

async function openListener(): Promise<Client> {
  const client = new Client({ connectionString: server.url })
  await client.connect()
  closing.push(() => client.end())
  return client
}

function openPostgres(): postgres.Sql {
  const sql = postgres(server.url, { max: 5, onnotice: () => {} })
  closing.push(() => sql.end())
  return sql
}

async function openPglite(): Promise<PGlite> {
  const database = await createTestDatabase()
  closing.push(() => database.close())
  return database
}

const fromPostgres = (sql: postgres.Sql): KeyStore =>
  createPostgresStore({
    client: { query: async (text, values) => ({ rows: await sql.unsafe(text, values) }) },
    listen: (channel, onPayload, onListen) => sql.listen(channel, onPayload, onListen),
  })

storeContract('pg', async () => createPostgresStore({ client: openPool() }))
storeContract('postgres', async () => fromPostgres(openPostgres()))
storeContract('PGlite', async () => createPostgresStore({ client: await openPglite() }))
storeContract('a Postgres without Supabase', async () => {
  const client = new PGlite()
  closing.push(() => client.close())
  await client.exec(await readFile(schema, 'utf8'))
  return createPostgresStore({ client })
})

it('a valid key costs one statement, and none with the cache on', async () => {
  const pool = openPool()
  const statements: string[] = []
  const client = {
    query: (text: string, values: string[]) => {
      statements.push(text)
      return pool.query<object>(text, values)
    },
  }
  for (const [options, expected] of [
    [{}, 3],
    [{ cache: { seconds: 60 } }, 1],
  ] as const) {
    const keyring = createKeyring({ store: createPostgresStore({ client }), prefix: 'acme', ...options })
    const { key } = await keyring.create({ owner: 'ada', name: 'CI' })
    statements.length = 0
    for (let time = 0; time < 3; time += 1) expect((await keyring.verify(key)).ok).toBe(true)
    expect(statements).toEqual(Array.from({ length: expected }, () => expect.stringContaining('find_api_key')))
    await keyring.close()
    expect(statements.at(-1)).toContain('record_api_key_usage')
  }
})

it('holds an owner to the maximum when several connections create keys at once', async () => {
  const store = createPostgresStore({ client: openPool() })
  const keyring = createKeyring({ store, prefix: 'acme', maximumKeysPerOwner: 12 })
  const created = await Promise.all(
    Array.from({ length: 40 }, () => keyring.create({ owner: 'collector', name: 'CI' })),
  )
  expect(created.filter(({ ok }) => ok)).toHaveLength(12)
  expect(created.filter(({ ok }) => !ok)[0]).toEqual({ ok: false, reason: 'too_many_keys', maximum: 12 })
  expect(await keyring.list({ owner: 'collector', limit: 100 })).toHaveLength(12)
})

function openIsolated(isolation: string): Keyring<string, TooManyKeys> {
  const options = `-c default_transaction_isolation=${isolation.replace(' ', String.raw`\ `)}`
  const pool = new Pool({ connectionString: server.url, options })
  pool.on('error', () => {})
  closing.push(() => pool.end())
  return createKeyring({ store: createPostgresStore({ client: pool }), prefix: 'acme', maximumKeysPerOwner: 2 })
}

it('creates no key in a repeatable read transaction, where it could not count exactly', async () => {
  const keyring = openIsolated('repeatable read')
  await expect(keyring.create({ owner: 'isolated', name: 'CI' })).rejects.toThrow('cannot count keys')
})

it('holds an owner to the maximum in serializable transactions', async () => {
  const keyring = openIsolated('serializable')
  await Promise.allSettled(Array.from({ length: 10 }, () => keyring.create({ owner: 'serial', name: 'CI' })))
  const keys = await keyring.list({ owner: 'serial' })
  expect(keys.length).toBeGreaterThanOrEqual(1)
  expect(keys.length).toBeLessThanOrEqual(2)
})

it('a database that is down is a 503, and the reason is logged', async () => {
  const own = await startTestPostgres()
  const pool = new Pool({ connectionString: own.url })
  pool.on('error', () => {})
  const lines: string[] = []
  const logger = { error: (line: string) => void lines.push(line) }
  const keyring = createKeyring({ store: createPostgresStore({ client: pool }), prefix: 'acme', logger, usage: false })
  const { key } = await keyring.create({ owner: 'ada', name: 'CI' })
  expect((await keyring.verify(key)).ok).toBe(true)
  await own.stop()
  expect(await keyring.verify(key)).toMatchObject({
    ok: false,
    denial: { status: 503, code: 'store_unavailable', retryAfterSeconds: 5 },
  })
  expect(lines.join('\n')).toContain('The key store failed')
  expect(lines.join('\n')).not.toContain(key)
  await pool.end()
})

it('a database that is too slow is abandoned after timeoutMs', async () => {
  const pool = openPool()
  const client = {
    query: async (text: string, values: string[]) => {
      await pool.query('select pg_sleep(600)')
      return pool.query<object>(text, values)
    },
  }
  const keyring = createKeyring({
    store: createPostgresStore({ client }),
    prefix: 'acme',
    timeoutMs: 200,
    logger: { error: () => {} },
  })
  // That it settles within the test's timeout is the proof: the database would take ten minutes.
  expect(await keyring.verify(generateKey({ prefix: 'acme' }))).toMatchObject({ denial: { status: 503 } })
  await pool.query(
    `select pg_cancel_backend(pid) from pg_stat_activity where query like '%pg_sleep(600)' and pid <> pg_backend_pid()`,
  )
})

it('a look-up uses the index of the hashes', async () => {
  const pool = openPool()
  await pool.query(`
    with keys as (
      insert into api_key (id, owner, name, start, scopes, limits, allowed_ips, metadata, created_at)
      select gen_random_uuid(), 'owner ' || n, 'x', 'x', '{}', '[]', '{}', '{}', now() from generate_series(1, 2000) n
      returning id
    )
    insert into api_key_secret (hash, key_id, is_current) select encode(sha256(id::text::bytea), 'hex'), id, true from keys
  `)
  await pool.query('analyze api_key, api_key_secret')
  const { rows } = await pool.query<{ 'QUERY PLAN': string }>(`
    explain select api_key.* from api_key_secret join api_key on api_key.id = key_id where hash = repeat('a', 64)
  `)
  const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
  expect(plan).toContain('api_key_secret_pkey')
  expect(plan).not.toContain('Seq Scan')
})

it('a role that was granted nothing gets an error and never an empty answer', async () => {
  const pool = openPool()
  const client = await pool.connect()
  await client.query('set role anon')
  await expect(createPostgresStore({ client }).findByHash('a'.repeat(64))).rejects.toThrow('permission denied')
  client.release(true)
})

describe('a change in another process', () => {
  const clients: [string, () => Promise<KeyStore>][] = [
    [
      'pg',
      async () => {
        const listener = await openListener()
        return createPostgresStore({ client: openPool(), listen: listenWithPg(listener) })
      },
    ],
    ['postgres', async () => fromPostgres(openPostgres())],
  ]

  it.each(clients)('arrives through %s', async (_name, open) => {
    const here = createKeyring({ store: await open(), prefix: 'acme', cache: { seconds: 3600 } })
    const elsewhere = createKeyring({ store: createPostgresStore({ client: openPool() }), prefix: 'acme' })
    await here.listen()
    const { key, record } = await elsewhere.create({ owner: 'ada', name: 'CI' })
    expect((await here.verify(key)).ok).toBe(true)
    await elsewhere.revoke(record.id)
    // The cache would keep the key for an hour.
    await vi.waitFor(async () => {
      expect(await here.verify(key)).toMatchObject({ ok: false, denial: { code: 'key_revoked' } })
    }, patiently)
    await here.close()
  })

  it('arrives again through pg after the connection was lost, and closing loses no counts', async () => {
    let listener = await openListener()
    const listen = vi.fn<ReturnType<typeof listenWithPg>>((...given) => listenWithPg(listener)(...given))
    const store = createPostgresStore({ client: openPool(), listen })
    const keyring = createKeyring({ store, prefix: 'acme', cache: { seconds: 3600 } })
    const { key, record } = await keyring.create({ owner: 'ada', name: 'CI' })
    await keyring.listen()
    await keyring.verify(key)
    await listener.end()
    await keyring.close()
    expect(await store.readUsage({ id: record.id, unit: 'day', from: new Date(0) })).toMatchObject([{ allowed: 1 }])

    listener = await openListener()
    await keyring.listen()
    expect((await keyring.verify(key)).ok).toBe(true)
    await store.change({
      id: record.id,
      actor: null,
      at: new Date(),
      action: 'revoked',
      set: { revokedAt: new Date() },
    })
    await vi.waitFor(async () => expect((await keyring.verify(key)).ok).toBe(false), patiently)
    expect(listen).toHaveBeenCalledTimes(2)
    await keyring.close()
  })

  it('arrives through PGlite', async () => {
    const client = await openPglite()
    const store = createPostgresStore({ client, listen: (channel, onPayload) => client.listen(channel, onPayload) })
    const onChange = vi.fn<(id: string | null) => void>()
    const end = await store.subscribe!(onChange)
    const keyring = createKeyring({ store, prefix: 'acme' })
    const { record } = await keyring.create({ owner: 'ada', name: 'CI' })
    await keyring.disable(record.id)
    await vi.waitFor(() => expect(onChange).toHaveBeenCalledWith(record.id), patiently)
    onChange.mockClear()
    await end()
    await keyring.enable(record.id)
    expect(onChange).not.toHaveBeenCalled()
  })

  it('does not include use, which happens all the time', async () => {
    const store = fromPostgres(openPostgres())
    const keyring = createKeyring({ store, prefix: 'acme' })
    const { key, record } = await keyring.create({ owner: 'ada', name: 'CI' })
    const onChange = vi.fn<(id: string | null) => void>()
    const end = await store.subscribe!(onChange)
    await keyring.verify(key)
    await keyring.flush()
    await keyring.revoke(record.id)
    await vi.waitFor(() => expect(onChange).toHaveBeenCalledWith(record.id), patiently)
    expect(onChange.mock.calls.filter(([id]) => id !== null)).toHaveLength(1)
    await end()
  })
})
