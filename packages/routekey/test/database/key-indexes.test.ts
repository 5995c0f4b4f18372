import type { Pool } from 'pg'
import { beforeAll, expect, it } from 'vitest'

import { createPostgresStore } from '../../src/stores/postgres.ts'
import { makeKey } from '../store-contract/store-fixture.ts'
import { useTestPostgres } from './open-clients.ts'

const { openPool } = useTestPostgres()
let pool: Pool

// One owner has 200 keys, of which 10 are not revoked. 19,800 other owners have one key each.
beforeAll(async () => {
  pool = openPool({ max: 1 })
  await pool.query(`
    with keys as (
      insert into api_key (id, owner, name, start, scopes, limits, allowed_ips, metadata, created_at, revoked_at)
      select gen_random_uuid(), case when n % 100 = 0 then 'collector' else 'owner ' || n end, 'x', 'x', '{}', '[]', '{}', '{}',
        now() - n * interval '1 minute', case when n % 100 = 0 and n % 2000 > 0 then now() end
      from generate_series(1, 20000) n
      returning id
    )
    insert into api_key_secret (hash, key_id, is_current) select encode(sha256(id::text::bytea), 'hex'), id, true from keys
  `)
  await pool.query('insert into api_key_usage select id, date_trunc($1, now()), 1, 0 from api_key', ['hour'])
  await pool.query('analyze api_key, api_key_secret, api_key_usage')
})

/** Counts the rows of a table that a call reads. */
async function countRows(work: () => Promise<unknown>): Promise<Record<string, number>> {
  const read = async () => {
    const { rows } = await pool.query<{ name: string; count: number }>(`
      select relname as name, (seq_tup_read + coalesce(idx_tup_fetch, 0))::integer as count
      from pg_stat_xact_user_tables where relname like 'api_key%'
    `)
    return new Map(rows.map(({ name, count }) => [name, count]))
  }
  await pool.query('begin')
  try {
    const before = await read()
    await work()
    return Object.fromEntries([...(await read())].map(([name, count]) => [name, count - (before.get(name) ?? 0)]))
  } finally {
    await pool.query('rollback')
  }
}

const store = () => createPostgresStore({ client: pool })
const at = new Date()

it('finds a key by its hash without reading the others', async () => {
  const { rows } = await pool.query<{ hash: string }>('select hash from api_key_secret limit 1')
  const read = await countRows(() => store().findByHash(rows[0]!.hash))
  expect(read['api_key']).toBeLessThanOrEqual(5)
  expect(read['api_key_secret']).toBeLessThanOrEqual(5)
})

it.each([
  ['all keys', 25, { limit: 10 }],
  ['the keys of an owner', 25, { owner: 'collector', limit: 10 }],
  ['the usable keys of an owner', 25, { owner: 'collector', state: 'usable', limit: 10 }],
  // There is no index for them, so Postgres may read all keys of the owner.
  ['the ended keys of an owner', 210, { owner: 'collector', state: 'ended', limit: 10 }],
] as const)('lists a page of %s, and reads at most %i of 20,000 keys', async (_name, maximum, query) => {
  const [first] = await store().list({ ...query, at, limit: 1 })
  for (const after of [undefined, first?.id]) {
    // Repeated, because Postgres can change to a plan for all calls after five.
    for (let time = 0; time < 8; time += 1) {
      expect((await countRows(() => store().list({ ...query, at, after })))['api_key']).toBeLessThanOrEqual(maximum)
    }
  }
})

it('counts the usable keys of an owner without reading the revoked ones', async () => {
  const key = makeKey({ owner: 'collector', at, maximumKeys: 10 })
  expect((await countRows(() => store().create(key)))['api_key']).toBeLessThanOrEqual(25)
})

it('adds up the usage of one key, and of an owner, without reading that of others', async () => {
  const { rows } = await pool.query<{ id: string }>(`select id from api_key where owner = 'owner 1'`)
  const range = { unit: 'day', from: new Date(Date.now() - 86_400_000) } as const
  for (const target of [{ id: rows[0]!.id }, { owner: 'owner 1' }]) {
    for (let time = 0; time < 8; time += 1) {
      const read = await countRows(() => store().readUsage({ ...target, ...range }))
      expect(read['api_key_usage']).toBeLessThanOrEqual(2)
      expect(read['api_key']).toBeLessThanOrEqual(4)
    }
  }
})
