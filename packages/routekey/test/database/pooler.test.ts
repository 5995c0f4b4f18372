import { pgbouncerIsMissing, startPgbouncer, type TestPgbouncer } from '@routekey/sandbox/pgbouncer'
import type { TestPostgres } from '@routekey/sandbox/test-postgres'
import { Client, Pool } from 'pg'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'

import { createKeyring } from '../../src/index.ts'
import { createPostgresLimiter, createPostgresStore, listenWithPg } from '../../src/stores/postgres.ts'
import { limiterContract } from '../limiter-contract.ts'
import { startShippedPostgres } from '../shipped-sql/start-shipped-postgres.ts'
import { storeContract } from '../store-contract/store-contract.ts'
import { createStoreFromPostgres } from './open-clients.ts'

let server: TestPostgres
let pooler: TestPgbouncer | undefined
const closing: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  server = await startShippedPostgres()
  if (pgbouncerIsMissing === null) pooler = await startPgbouncer(server.url)
})
afterAll(async () => {
  for (const close of closing.toReversed()) await close()
  await pooler?.stop()
  await server.stop()
})

function openPool(url = pooler!.url): Pool {
  const pool = new Pool({ connectionString: url, max: 8 })
  pool.on('error', () => {})
  closing.push(() => pool.end())
  return pool
}

function openPostgres(url = pooler!.url): postgres.Sql {
  const sql = postgres(url, { max: 8, onnotice: () => {} })
  closing.push(() => sql.end())
  return sql
}

async function openListener(url = pooler!.url): Promise<Client> {
  const client = new Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  closing.push(() => client.end())
  return client
}

const clientOf = (sql: postgres.Sql) => ({
  query: async (text: string, values: string[]) => ({ rows: await sql.unsafe(text, values) }),
})

it('the pooler spreads eight clients over four connections', async ({ skip }) => {
  skip(pgbouncerIsMissing !== null, pgbouncerIsMissing ?? '')
  const clients = await Promise.all(Array.from({ length: 8 }, () => openListener()))
  const pids = await Promise.all(
    clients.map(async (client) => (await client.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]!.pid),
  )
  expect(new Set(pids).size).toBeLessThanOrEqual(4)
})

describe.runIf(pgbouncerIsMissing === null)('behind PgBouncer in transaction mode', () => {
  storeContract('pg', async () => createPostgresStore({ client: openPool() }))
  storeContract('postgres', async () => createPostgresStore({ client: clientOf(openPostgres()) }))
  limiterContract('pg', async (points = 1000) => createPostgresLimiter({ client: openPool(), points }))
  limiterContract('postgres', async (points = 1000) =>
    createPostgresLimiter({ client: clientOf(openPostgres()), points }),
  )

  it.each([
    ['pg', async () => createPostgresStore({ client: openPool(), listen: listenWithPg(await openListener()) })],
    ['postgres', async () => createStoreFromPostgres(openPostgres())],
    [
      'pg, and a client with a direct connection',
      async () => createPostgresStore({ client: openPool(server.url), listen: listenWithPg(await openListener()) }),
    ],
  ])('listen() is refused with %s, because no notification would arrive', async (_name, open) => {
    const keyring = createKeyring({ store: await open(), prefix: 'acme', cache: { seconds: 3600 } })
    for (let time = 0; time < 2; time += 1) {
      await expect(keyring.listen()).rejects.toMatchObject({
        code: 'ERR_CONFIG_KEYRING',
        message: expect.stringContaining('receives no notification'),
      })
    }
    await keyring.close()
  })

  it('a listener with a direct connection receives the changes of a client behind the pooler', async () => {
    const listen = listenWithPg(await openListener(server.url))
    const store = createPostgresStore({ client: openPool(), listen })
    const keyring = createKeyring({ store, prefix: 'acme', cache: { seconds: 3600 }, timeoutMs: 60_000 })
    const other = createKeyring({ store: createPostgresStore({ client: openPool() }), prefix: 'acme' })
    await keyring.listen()
    const { key, record } = await other.create({ owner: 'ada', name: 'CI' })
    expect((await keyring.verify(key)).ok).toBe(true)
    await other.revoke(record.id)
    await vi.waitFor(async () => expect((await keyring.verify(key)).ok).toBe(false), { timeout: 60_000 })
    await keyring.close()
  })
})
