import { randomUUID } from 'node:crypto'
import { startTestPostgres, type TestPostgres } from '@routekey/sandbox/test-postgres'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPostgresFunctions } from '../../src/postgres-functions.ts'
import { createWorkStore } from '../../src/work-store.ts'
import { seedProfiles } from './seed-profiles.ts'

const PENDING = 1000
const BATCH = 24

/** A table of profiles of which 1,000 wait for their customer. */
async function createDatabase(server: TestPostgres, name: string, total: number): Promise<Client> {
  const url = new URL(server.url)
  const admin = new Client({ connectionString: url.href })
  await admin.connect()
  await admin.query(`create database ${name} template postgres strategy wal_log`)
  await admin.end()
  url.pathname = name
  const client = new Client({ connectionString: url.href })
  await client.connect()
  await seedProfiles(client, { total, pending: PENDING })
  return client
}

const claim = (client: Client, batch: number) =>
  createWorkStore(createPostgresFunctions(client)).claim({ lease: randomUUID(), leaseMs: 600_000, batch })

/** Takes the claim back, so that as much is due for the next. */
async function measureClaimMs(client: Client, batch: number): Promise<number> {
  await client.query('begin')
  const startedAt = performance.now()
  await claim(client, batch)
  const ms = performance.now() - startedAt
  await client.query('rollback')
  return ms
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
}

describe('claiming from a table of 1,000,000 profiles of which 1,000 are pending', () => {
  let server: TestPostgres
  let small: Client
  let large: Client

  beforeAll(async () => {
    server = await startTestPostgres({ settings: { shared_buffers: '512MB', max_wal_size: '4GB', autovacuum: 'off' } })
    small = await createDatabase(server, 'small', 10_000)
    large = await createDatabase(server, 'large', 1_000_000)
  }, 180_000)
  afterAll(async () => {
    await Promise.all([small.end(), large.end()])
    await server.stop()
  })

  it('reads them off the index of what is due, and nothing else', async () => {
    const plans: string[] = []
    const collect = ({ message }: { message?: string | undefined }) => plans.push(message ?? '')
    large.on('notice', collect)
    await large.query(`
      load 'auto_explain';
      set auto_explain.log_min_duration = 0;
      set auto_explain.log_nested_statements = on;
      set auto_explain.log_analyze = on;
      set client_min_messages = log;
      begin;
    `)
    expect(await claim(large, BATCH)).toHaveLength(BATCH)
    await large.query('rollback; reset client_min_messages; set auto_explain.log_min_duration = -1')
    large.off('notice', collect)

    const select = plans.find((plan) => plan.includes('skip locked'))
    const update = plans.find((plan) => plan.includes('Update on stripe_customer_work'))
    expect(select).toMatch(
      /Index Scan using stripe_customer_work_due on stripe_customer_work work .*rows=24\.00 loops=1/,
    )
    expect(select).toContain('Index Cond: (next_attempt_at <= now())')
    expect(update).toContain('Index Scan using stripe_customer_work_pkey on stripe_customer_work work')
    expect(update).toContain('Index Scan using profile_pkey on profile')
    expect(plans.join('\n')).not.toContain('Seq Scan')
  })

  it.each([1, BATCH])('takes at most 1.5 times as long as with 10,000, %i at a time', async (batch) => {
    const times: { small: number[]; large: number[] } = { small: [], large: [] }
    for (let round = 0; round < 200; round += 1) {
      // One after the other, so that whatever else the machine does strikes both.
      times.small.push(await measureClaimMs(small, batch))
      times.large.push(await measureClaimMs(large, batch))
    }
    const medians = { small: median(times.small), large: median(times.large) }
    const ratio = medians.large / medians.small
    process.stdout.write(
      `claim ${batch}: ${medians.small.toFixed(2)} ms of 10,000, ${medians.large.toFixed(2)} ms of 1,000,000, ` +
        `ratio ${ratio.toFixed(2)}\n`,
    )
    expect(ratio).toBeLessThanOrEqual(1.5)
  })
})
