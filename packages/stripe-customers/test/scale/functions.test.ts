import { startTestPostgres, type TestPostgres } from '@routekey/sandbox/test-postgres'
import type { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPostgresFunctions } from '../../src/store/postgres-functions.ts'
import { createReconcileStore } from '../../src/reconcile/reconcile-store.ts'
import { createWorkStore } from '../../src/store/work-store.ts'
import { claim, createSeededDatabase } from './measure-claims.ts'

const total = 1_000_000
/** The statement timeout of the Data API is 8 s. */
const limitMs = 2000
/** On a slow or busy machine, the limits are these multiples of what a bare statement takes there. */
const timesSelect = 25
const timesCount = 50

async function measure(run: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await run()
  return performance.now() - startedAt
}

function medianOf(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN
}

describe('the SQL functions at 1,000,000 users', () => {
  let server: TestPostgres
  let client: Client

  beforeAll(async () => {
    server = await startTestPostgres({ settings: { shared_buffers: '512MB', max_wal_size: '4GB', autovacuum: 'off' } })
    client = await createSeededDatabase(server, { total, pending: 1 })
    await client.query(`
      set session_replication_role = replica;
      insert into auth.users (id, email, created_at, email_confirmed_at)
      select id, email, created_at, created_at from public.profile;
      reset session_replication_role;
      update public.stripe_customer_work set next_attempt_at = now() + interval '1 day' where state = 'pending';
    `)
    await client.query('vacuum analyze auth.users')
  }, 600_000)
  afterAll(async () => {
    await client.end()
    await server.stop()
  })

  it('sweep in under 2 ms if nothing is due', async () => {
    const work = createWorkStore(createPostgresFunctions(client))
    const times: number[] = []
    const bareTimes: number[] = []
    for (let round = 0; round < 200; round += 1) {
      bareTimes.push(await measure(() => client.query('select 1')))
      times.push(
        await measure(async () => {
          expect(await work.repairProfiles()).toBe(0)
          expect(await claim(client, 24)).toEqual([])
        }),
      )
    }
    const median = medianOf(times)
    const bare = medianOf(bareTimes)
    process.stdout.write(`an idle sweep: ${median.toFixed(2)} ms; select 1: ${bare.toFixed(2)} ms\n`)
    expect(median).toBeLessThan(Math.max(2, timesSelect * bare))
  })

  it('take under 2 s each, also at the end of the tables', async () => {
    const functions = createPostgresFunctions(client)
    const store = createReconcileStore(functions)
    const { rows } = await client.query<{ id: string }>('select id from public.profile order by id desc limit 2000')
    const ids = rows.map(({ id }) => id)
    const after = ids.at(-1) ?? ''
    await client.query('delete from public.stripe_customer_work where profile_id = any ($1)', [ids.slice(0, 500)])
    const calls = {
      'count rows': () => functions.rows('count_stripe_customer_work', {}),
      'count unmatched rows': () => functions.rows('count_unmatched_stripe_customer_work', {}),
      'count repairs': () => functions.rows('count_profile_repairs', {}),
      'list the first page': () => store.listProfiles(null, 500),
      'list the last page': () => store.listProfiles(after, 500),
      'read one profile': () => store.readProfile(after),
      'find owners': () => store.findOwners(ids.slice(0, 200)),
      'open work': () => store.openWork(ids.slice(0, 500)),
      'repair the first page': () => store.repairProfilePage(null),
      'repair the last page': () => store.repairProfilePage(after),
      'read the account': () => createWorkStore(functions).readAccount(),
      'find linked customers': () => store.findLinked(ids.map((_id, index) => `cus_seed${index}`)),
      'dismiss deletions elsewhere': () => store.dismissElsewhere(),
      'move a page': () => store.move([], ids.slice(500, 1000)),
      'check the last page for vanished profiles': () => store.tombstoneVanishedPage(after),
    }
    const countMs = await measure(() => client.query('select count(*) from public.profile'))
    const limit = Math.max(limitMs, timesCount * countMs)
    const slow: string[] = []
    let [slowest, slowestMs] = ['', 0]
    for (const [name, call] of Object.entries(calls)) {
      const ms = await measure(call)
      if (ms > slowestMs) [slowest, slowestMs] = [name, ms]
      if (ms >= limit) slow.push(`${name}: ${ms.toFixed(0)} ms`)
    }
    process.stdout.write(
      `the slowest function: ${slowest}, ${slowestMs.toFixed(0)} ms; a count: ${countMs.toFixed(0)} ms\n`,
    )
    expect(slow).toEqual([])
  })
})
