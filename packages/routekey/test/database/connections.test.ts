import { findFreePort } from '@routekey/sandbox'
import type { TestPostgres } from '@routekey/sandbox/test-postgres'
import { Client, Pool, type PoolConfig } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'

import { type Keyring, createKeyring } from '../../src/index.ts'
import { createPostgresLimiter, createPostgresStore } from '../../src/stores/postgres.ts'
import { startShippedPostgres } from '../shipped-sql/start-shipped-postgres.ts'
import { type SilentProxy, createSilentProxy } from './silent-proxy.ts'

/** As the guide to keyrings opens a pool. */
const documented: PoolConfig = { connectionTimeoutMillis: 2000 }

const limits = [{ name: 'day', quota: 1_000_000, windowSeconds: 86_400 }]
let server: TestPostgres
let proxy: SilentProxy
const pools: Pool[] = []

beforeAll(async () => {
  server = await startShippedPostgres()
})
beforeEach(async () => {
  proxy = createSilentProxy(server.url, await findFreePort())
})
afterEach(async () => {
  await proxy.stop()
  await Promise.all(pools.splice(0).map((pool) => pool.end()))
})
afterAll(() => server.stop())

function openPool(options: PoolConfig): Pool {
  const pool = new Pool(options)
  pool.on('error', () => {})
  pools.push(pool)
  return pool
}

function openKeyring(options: PoolConfig) {
  const pool = openPool({ connectionString: proxy.url, ...options })
  const keyring = createKeyring({
    store: createPostgresStore({ client: pool }),
    limiter: createPostgresLimiter({ client: pool }),
    prefix: 'acme',
    usage: false,
    logger: { error: () => {} },
  })
  return { pool, keyring }
}

/** Opens all connections of a pool. */
async function fill(pool: Pool): Promise<void> {
  const connections = await Promise.all(Array.from({ length: pool.options.max }, () => pool.connect()))
  for (const connection of connections) connection.release()
}

const statusOf = async (keyring: Keyring, key: string) => {
  const result = await keyring.verify(key)
  return result.ok ? 200 : result.denial.status
}

/** Verifies one request after the other until one is accepted, and returns how many were refused with a 503 before. */
async function countRefused(keyring: Keyring, key: string): Promise<number> {
  for (let refused = 0; refused < 20; refused += 1) {
    const status = await statusOf(keyring, key)
    if (status === 200) return refused
    expect(status).toBe(503)
  }
  throw new Error('It does not recover.')
}

describe.each([
  ['as documented', documented],
  ['with the settings of pg', {}],
])('connections of a pool %s that go silent', (_name, options) => {
  it('cost one refusal when all were idle', async () => {
    await proxy.start()
    const { pool, keyring } = openKeyring(options)
    const { key } = await keyring.create({ owner: 'ada', name: 'CI', limits })
    await fill(pool)
    expect(pool.idleCount).toBe(10)
    proxy.silence('open')
    expect(await countRefused(keyring, key)).toBe(1)
    expect(await countRefused(keyring, key)).toBe(0)
  })

  it('cost one refusal when all were busy', async () => {
    await proxy.start()
    const { pool, keyring } = openKeyring(options)
    const { key } = await keyring.create({ owner: 'ada', name: 'CI', limits })
    await fill(pool)
    proxy.silence('open')
    const statuses = await Promise.all(Array.from({ length: 10 }, () => statusOf(keyring, key)))
    expect(statuses).toEqual(Array.from({ length: 10 }, () => 503))
    expect(await countRefused(keyring, key)).toBe(0)
  })
})

it('recovers when the whole network was silent for a while', async () => {
  await proxy.start()
  const { pool, keyring } = openKeyring(documented)
  const { key } = await keyring.create({ owner: 'ada', name: 'CI', limits })
  await fill(pool)
  proxy.silence('all')
  for (let time = 0; time < 3; time += 1) expect(await statusOf(keyring, key)).toBe(503)
  proxy.heal()
  expect(await countRefused(keyring, key)).toBeLessThanOrEqual(1)
})

it('refuses at most one request when the server ends all connections, idle and busy ones', async () => {
  await proxy.start()
  const { pool, keyring } = openKeyring(documented)
  const { key } = await keyring.create({ owner: 'ada', name: 'CI', limits })
  await fill(pool)
  const busy = Promise.allSettled(Array.from({ length: 5 }, () => pool.query('select pg_sleep(60)')))
  const other = openPool({ connectionString: server.url, max: 1 })
  await vi.waitFor(
    async () =>
      expect((await other.query(`select from pg_stat_activity where query ~ '^select pg_sleep'`)).rowCount).toBe(5),
    { timeout: 60_000 },
  )
  await other.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()`,
  )
  expect((await busy).map(({ status }) => status)).not.toContain('fulfilled')
  expect(await countRefused(keyring, key)).toBeLessThanOrEqual(1)
})

it('replaces the idle connections when the server ended one that was busy', async () => {
  await proxy.start()
  // The pool itself would close idle connections after ten seconds.
  const { pool, keyring } = openKeyring({ ...documented, idleTimeoutMillis: 0 })
  const { key, record } = await keyring.create({ owner: 'ada', name: 'CI' })
  await fill(pool)
  const other = openPool({ connectionString: server.url, max: 2 })
  const holder = await other.connect()
  await holder.query('begin')
  await holder.query('select from api_key where id = $1 for update', [record.id])
  const revoked = keyring.revoke(record.id).catch((error: unknown) => error)
  await vi.waitFor(
    async () =>
      expect(
        (await other.query(`select pg_terminate_backend(pid) from pg_stat_activity where wait_event_type = 'Lock'`))
          .rowCount,
      ).toBe(1),
    { timeout: 60_000 },
  )
  expect(await revoked).toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' })
  await holder.query('rollback')
  holder.release()
  await vi.waitFor(() => expect(pool.totalCount).toBe(0), { timeout: 60_000 })
  expect(await countRefused(keyring, key)).toBe(0)
})

it('leaves the other connections alone when one query is slow', async () => {
  await proxy.start()
  const { pool, keyring } = openKeyring(documented)
  const { key, record } = await keyring.create({ owner: 'ada', name: 'CI' })
  await fill(pool)
  const holder = await pool.connect()
  await holder.query('begin')
  await holder.query('select from api_key where id = $1 for update', [record.id])
  const revoked = keyring.revoke(record.id).catch((error: unknown) => error)
  const opened = proxy.opened()
  // Until the revocation is given up, the others are answered.
  let outcome: unknown = null
  while (outcome === null) {
    expect(await statusOf(keyring, key)).toBe(200)
    outcome = await Promise.race([revoked, Promise.resolve(null)])
  }
  expect(outcome).toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' })
  expect(await statusOf(keyring, key)).toBe(200)
  expect(proxy.opened()).toBe(opened)
  await holder.query('rollback')
  holder.release()
})

it('opens no connection before the first call, and works once a database that was down is there', async () => {
  const { pool, keyring } = openKeyring(documented)
  expect(await statusOf(keyring, 'acme_malformed')).toBe(401)
  expect(pool.totalCount).toBe(0)
  const other = openPool({ connectionString: server.url, max: 1 })
  const elsewhere = createKeyring({
    store: createPostgresStore({ client: other }),
    limiter: createPostgresLimiter({ client: other }),
    prefix: 'acme',
  })
  const { key } = await elsewhere.create({ owner: 'ada', name: 'CI', limits })
  expect(await statusOf(keyring, key)).toBe(503)
  await proxy.start()
  expect(await statusOf(keyring, key)).toBe(200)
})

it('does not accept a Client of pg, which would never connect again, unless it belongs to a pool', async () => {
  const client = new Client(server.url)
  for (const create of [createPostgresStore, createPostgresLimiter]) {
    expect(() => create({ client })).toThrow(/Pass a Pool\. \[ERR_CONFIG_KEYRING\]/)
  }
  const pool = openPool({ connectionString: server.url, max: 1 })
  const connection = await pool.connect()
  await connection.query('begin')
  const keyring = createKeyring({ store: createPostgresStore({ client: connection }), prefix: 'acme' })
  const { record } = await keyring.create({ owner: 'ada', name: 'CI' })
  await connection.query('rollback')
  expect(await keyring.get(record.id)).toBeNull()
  connection.release()
})
