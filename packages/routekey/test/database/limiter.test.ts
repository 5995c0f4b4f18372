import { randomUUID } from 'node:crypto'

import { expect, it } from 'vitest'

import { createPostgresLimiter } from '../../src/stores/postgres.ts'
import { limiterContract } from '../limiter-contract.ts'
import { generateSql } from '../../src/sql/generate-sql.ts'
import { useTestPostgres } from './open-clients.ts'

const { openPglite, openPool, openPostgres } = useTestPostgres()
const day = { customDuration: 86_400 }
const expired = `insert into limit_counter select encode(sha256(('old ' || n)::bytea), 'hex'), 7, now() - interval '1 s'`

/** Returns four clients in turn, so that all tests together stay below the connections that the server allows. */
function fourOf<Client>(open: () => Client): () => Client {
  const clients: Client[] = []
  let calls = 0
  return () => {
    calls += 1
    return (clients[calls % 4] ??= open())
  }
}
const types = { getTypeParser: () => (value: string | Buffer) => value }
const nextPool = fourOf(() => openPool({ max: 3 }))
const nextPostgres = fourOf(openPostgres)
const nextUnparsed = fourOf(() => openPool({ max: 3, types }))

limiterContract('pg', async (points = 1000) => createPostgresLimiter({ client: nextPool(), points }))
limiterContract('postgres', async (points = 1000) => {
  const sql = nextPostgres()
  const client = { query: async (text: string, values: string[]) => ({ rows: await sql.unsafe(text, values) }) }
  return createPostgresLimiter({ client, points })
})
limiterContract('a client that parses no type', async (points = 1000) =>
  createPostgresLimiter({ client: nextUnparsed(), points }),
)

it('deletes expired counters in batches, and no others', async () => {
  const client = openPool()
  const limiter = createPostgresLimiter({ client })
  const kept = randomUUID()
  // Counters of the tests above would expire meanwhile.
  await client.query('delete from limit_counter')
  await limiter.consume(kept, 1, day)
  await client.query(`${expired} from generate_series(1, 95) n`)
  const countExpired = async () =>
    (await client.query<{ count: string }>('select count(*) from limit_counter where ends_at <= now()')).rows[0]!.count
  for (const left of ['85', '75', '65']) {
    await limiter.consume(randomUUID(), 1, day)
    expect(await countExpired()).toBe(left)
  }
  await limiter.consume(kept, 1, day)
  expect(await countExpired()).toBe('65')
  await Promise.all(Array.from({ length: 40 }, () => limiter.consume(randomUUID(), 1, day)))
  expect(await countExpired()).toBe('0')
  expect(await limiter.get(kept)).toMatchObject({ consumedPoints: 2 })
})

it('reads few of 50,000 counters, expired or not, for each call', async () => {
  const client = openPool({ max: 1 })
  const limiter = createPostgresLimiter({ client })
  await client.query(`${expired} from generate_series(1001, 26000) n`)
  await client.query(
    `insert into limit_counter select encode(sha256(('new ' || n)::bytea), 'hex'), 7, now() + interval '1 day'
     from generate_series(1, 25000) n`,
  )
  await client.query('analyze limit_counter')
  await client.query('begin')
  const countRead = async () => {
    const { rows } = await client.query<{ count: number }>(`
      select (seq_tup_read + coalesce(idx_tup_fetch, 0))::integer as count
      from pg_stat_xact_user_tables where relname = 'limit_counter'
    `)
    return rows[0]!.count
  }
  // Repeated, because Postgres can change to a plan for all calls after five.
  for (let time = 0; time < 8; time += 1) {
    const before = await countRead()
    await limiter.consume(randomUUID(), 1, day)
    await limiter.get('new 1')
    expect((await countRead()) - before).toBeLessThanOrEqual(100)
  }
  await client.query('rollback')
  await client.query('truncate limit_counter')
})

it('neither waits for a locked counter that it would delete, nor fails when counters restart while others delete them', async () => {
  const client = openPool({ max: 8 })
  const limiter = createPostgresLimiter({ client })
  await client.query(`${expired} from generate_series(1, 60) n`)
  const holder = await client.connect()
  await holder.query(`begin; select from limit_counter where ends_at <= now() limit 5 for update`)
  await limiter.consume(randomUUID(), 1, day)
  await holder.query('rollback')
  holder.release()
  const names = Array.from({ length: 480 }, (_, index) => `old ${(index % 60) + 1}`)
  await Promise.all(names.map((name) => limiter.consume(name, 1, day)))
  for (const name of new Set(names)) expect(await limiter.get(name)).toMatchObject({ consumedPoints: 8 })
})

it('accepts no call too many in serializable transactions', async () => {
  const client = openPool({ options: '-c default_transaction_isolation=serializable' })
  const [limiter, key] = [createPostgresLimiter({ client, points: 5 }), randomUUID()]
  const results = await Promise.allSettled(Array.from({ length: 40 }, () => limiter.consume(key, 1, day)))
  expect(results.filter(({ status }) => status === 'fulfilled').length).toBeLessThanOrEqual(5)
})

it('works on a PGlite without Supabase', async () => {
  const limiter = createPostgresLimiter({ client: await openPglite(generateSql()), points: 1 })
  await limiter.consume('a', 1, day)
  await expect(limiter.consume('a', 1, day)).rejects.toMatchObject({ consumedPoints: 2 })
})

it('rejects points below 1', () => {
  expect(() => createPostgresLimiter({ client: openPool(), points: 0 })).toThrow('ERR_CONFIG_KEYRING')
})

it.each([
  ['no row', []],
  ['a row without a result', [{ other: 1 }]],
  ['no points', [{ result: '{"msBeforeNext": 1}' }]],
  ['points as text', [{ result: '{"points": "1", "msBeforeNext": 1}' }]],
  ['null', [{ result: null }]],
])('fails, and does not accept, when the database returns %s', async (_name, rows) => {
  const limiter = createPostgresLimiter({ client: { query: async () => ({ rows }) } })
  await expect(limiter.consume('a', 1, day)).rejects.toMatchObject({ code: 'ERR_STORE_INVALID_RESPONSE' })
})
