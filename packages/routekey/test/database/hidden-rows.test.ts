import { type TestPostgres, startTestPostgres } from '@routekey/sandbox/test-postgres'
import { Client, Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { type Keyring, createKeyring } from '../../src/index.ts'
import { generateSql } from '../../src/sql/generate-sql.ts'
import { createPostgresLimiter, createPostgresStore } from '../../src/stores/postgres.ts'

const password = 'correct horse battery staple'
const tables = ['api_key', 'api_key_secret', 'api_key_usage', 'api_key_usage_writer', 'api_key_audit', 'limit_counter']
const granted = (role: string) =>
  `grant all on all tables in schema public to ${role}; grant execute on all functions in schema public to ${role};`
const policies = (role: string, rest: string) =>
  tables.map((table) => `create policy ${role} on ${table} ${rest.replace('app', role)};`).join('')

/** What makes a role one that cannot be sure to see every row. */
const hidden: Record<string, (role: string) => string> = {
  'with every grant and no policy': granted,
  'with a policy for a tenant': (role) => granted(role) + policies(role, `to app using (current_user = 'other')`),
  'with policies that a restrictive one narrows': (role) =>
    `${granted(role)}${policies(role, 'to app using (true)')}
    create policy ${role}_narrow on api_key as restrictive to ${role} using (owner = 'other');`,
  'with a policy for another role': (role) => granted(role) + policies(role, 'to postgres using (true)'),
}

let server: TestPostgres
let admin: Client
const pools: Pool[] = []

beforeAll(async () => {
  server = await startTestPostgres({ migrationsDirectory: null })
  admin = new Client({ connectionString: server.url })
  await admin.connect()
  await admin.query(generateSql())
})

afterAll(async () => {
  await Promise.all(pools.map((pool) => pool.end()))
  await admin.end()
  await server.stop()
})

function connect(role?: string): Pool {
  const url = new URL(server.url)
  if (role !== undefined) [url.username, url.password] = [role, password]
  const pool = new Pool({ connectionString: url.href, max: 2 })
  pool.on('error', () => {})
  pools.push(pool)
  return pool
}

async function createRole(prepare: (role: string) => string): Promise<Pool> {
  const role = `app_${pools.length}`
  await admin.query(`create role ${role} login password '${password}'`)
  await admin.query(prepare(role))
  return connect(role)
}

function open(pool: Pool) {
  const lines: string[] = []
  const logger = { error: (line: string) => void lines.push(line) }
  const keyring: Keyring = createKeyring({
    store: createPostgresStore({ client: pool }),
    prefix: 'acme',
    logger,
    usage: false,
    timeoutMs: 60_000,
  })
  return { keyring, lines, limiter: createPostgresLimiter({ client: pool }) }
}

describe.each(Object.entries(hidden))('a role %s', (_name, prepare) => {
  it('gets 503 for a good key, with the reason in the log, and an error from every other method', async () => {
    const owner = open(connect())
    const { key, record } = await owner.keyring.create({ owner: 'ada', name: 'CI' })
    const { keyring, lines, limiter } = open(await createRole(prepare))
    expect(await keyring.verify(key)).toMatchObject({ ok: false, denial: { status: 503, code: 'store_unavailable' } })
    expect(lines.join()).toMatch(/Row-level security may hide rows of \S+ from the role "app_\d+"/)

    const { id } = record
    const calls: Record<string, () => Promise<unknown>> = {
      create: () => keyring.create({ owner: 'ada', name: 'CI' }),
      get: () => keyring.get(id),
      list: () => keyring.list({ owner: 'ada' }),
      update: () => keyring.update(id, { name: 'New' }),
      revoke: () => keyring.revoke(id),
      revokeAll: () => keyring.revokeAll({ owner: 'ada' }),
      rotate: () => keyring.rotate(id, { graceSeconds: 0 }),
      usage: () => keyring.usage({ id }, { unit: 'hour', count: 1 }),
      usageOfOwner: () => keyring.usage({ owner: 'ada' }, { unit: 'hour', count: 1 }),
      audit: () => keyring.audit(id),
    }
    for (const [name, call] of Object.entries(calls)) {
      const error = await call().then(
        () => 'no error',
        (reason: unknown) => String(reason),
      )
      expect(error, name).toMatch(/Row-level security may hide rows/)
      expect(error, name).not.toContain('It may have made its change')
    }
    expect((await owner.keyring.verify(key)).ok).toBe(true)
    if (prepare === hidden['with policies that a restrictive one narrows']) return
    await expect(limiter.get('a')).rejects.toThrow('Row-level security may hide rows')
    await expect(limiter.delete('a')).rejects.toThrow('Row-level security may hide rows')
    await expect(limiter.reward('a', 1)).rejects.toThrow('Row-level security may hide rows')
    await expect(limiter.consume('a', 1, { customDuration: 60 })).rejects.toThrow('row-level security')
    const counters = [{ key: 'a', quota: 1, customDuration: 60 }]
    await expect(limiter.consumeAll(counters, 1)).rejects.toThrow('row-level security')
  })
})

it('a table owner under forced row-level security gets an error, also from the functions with the rights of the owner', async () => {
  const owner = open(connect())
  const { key, record } = await owner.keyring.create({ owner: 'ada', name: 'CI' })
  const pool = await createRole((role) => `create schema forced authorization ${role}`)
  await pool.query(generateSql({ schema: 'forced' }))
  const store = createPostgresStore({ client: pool, schema: 'forced' })
  const keyring = createKeyring({ store, prefix: 'acme', usage: false, timeoutMs: 60_000, logger: { error: () => {} } })
  const created = await keyring.create({ owner: 'eve', name: 'CI' })
  await pool.query('alter table forced.api_key force row level security')
  expect(await keyring.verify(created.key)).toMatchObject({ denial: { status: 503 } })
  await expect(keyring.deleteAll({ owner: 'eve' })).rejects.toThrow('Row-level security may hide rows')
  await expect(keyring.prune()).rejects.toThrow('Row-level security may hide rows')
  expect((await owner.keyring.verify(key)).ok).toBe(true)
  expect(record.owner).toBe('ada')
})

it('a role that may only look up keys verifies them, and tells unknown keys from hidden ones', async () => {
  const owner = open(connect())
  const { key, record } = await owner.keyring.create({ owner: 'ada', name: 'CI' })
  const pool = await createRole(
    (role) =>
      `grant select on api_key, api_key_secret to ${role};
      grant execute on function find_api_key, describe_api_key, get_api_key_owner_state, check_visible_rows to ${role};
      create policy ${role} on api_key for select to ${role} using (true);
      create policy ${role} on api_key_secret for select to ${role} using (true)`,
  )
  const store = createPostgresStore({ client: pool })
  const keyring = createKeyring({ store, prefix: 'acme', usage: false, timeoutMs: 60_000 })
  expect(await keyring.verify(key)).toMatchObject({ ok: true, record: { id: record.id } })
  await owner.keyring.deleteAll({ owner: 'ada' })
  expect(await keyring.verify(key)).toMatchObject({ denial: { code: 'invalid_key' } })
})

it('a role without a grant gets 503, with the missing right in the log', async () => {
  const { key } = await open(connect()).keyring.create({ owner: 'ada', name: 'CI' })
  const { keyring, lines } = open(await createRole(() => 'select 1'))
  expect(await keyring.verify(key)).toMatchObject({ denial: { status: 503 } })
  expect(lines.join()).toContain('permission denied for function find_api_key')
})
