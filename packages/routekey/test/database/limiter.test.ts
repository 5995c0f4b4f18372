import { randomUUID } from 'node:crypto'

import { expect, it } from 'vitest'

import { createPostgresLimiter } from '../../src/stores/postgres.ts'
import { limiterContract } from '../limiter-contract.ts'
import { readSql } from '../shipped-sql/shipped-sql.ts'
import { useTestPostgres } from './open-clients.ts'

const { openPglite, openPool, openPostgres } = useTestPostgres()
const day = { customDuration: 86_400 }
const expired = `insert into limit_counter select encode(sha256(('old ' || n)::bytea), 'hex'), 7, now() - interval '1 s'`

limiterContract('pg', async (points = 1000) => createPostgresLimiter({ client: openPool(), points }))
limiterContract('postgres', async (points = 1000) => {
  const sql = openPostgres()
  const client = { query: async (text: string, values: string[]) => ({ rows: await sql.unsafe(text, values) }) }
  return createPostgresLimiter({ client, points })
})
limiterContract('a client that parses no type', async (points = 1000) => {
  const types = { getTypeParser: () => (value: string | Buffer) => value }
  return createPostgresLimiter({ client: openPool({ types }), points })
})

it('deletes expired counters in batches, and no others', async () => {
  const client = openPool()
  const limiter = createPostgresLimiter({ client })
  const kept = randomUUID()
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
  const limiter = createPostgresLimiter({ client: await openPglite(await readSql()), points: 1 })
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
