import { startTestPostgres, type TestPostgres } from '@routekey/sandbox/test-postgres'
import type { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { claim, createSeededDatabase, measureClaimsMs } from './measure-claims.ts'

const pendingCount = 1000
const batchSize = 24

describe('claiming from 1,000,000 profiles of which 1,000 are pending', () => {
  let server: TestPostgres
  let small: Client
  let large: Client

  beforeAll(async () => {
    server = await startTestPostgres({ settings: { shared_buffers: '512MB', max_wal_size: '4GB', autovacuum: 'off' } })
    small = await createSeededDatabase(server, { total: 10_000, pending: pendingCount })
    large = await createSeededDatabase(server, { total: 1_000_000, pending: pendingCount })
  })
  afterAll(async () => {
    await Promise.all([small.end(), large.end()])
    await server.stop()
  })

  it('reads due rows from their index, and nothing else', async () => {
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
    expect(await claim(large, batchSize)).toHaveLength(batchSize)
    await large.query('rollback; reset client_min_messages; set auto_explain.log_min_duration = -1')
    large.off('notice', collect)

    // A claim also asks the rule again for rows that wait.
    const claims = plans.filter((plan) => !plan.includes("'waiting'"))
    const select = claims.find((plan) => plan.includes('skip locked'))
    const update = claims.find((plan) => plan.includes('Update on stripe_customer_work'))
    expect(select).toMatch(
      /Index Scan using stripe_customer_work_due on stripe_customer_work work .*rows=24\.00 loops=1/,
    )
    expect(select).toContain('Index Cond: (next_attempt_at <= now())')
    expect(update).toContain('Index Scan using stripe_customer_work_pkey on stripe_customer_work work')
    expect(update).toContain('Index Scan using profile_pkey on profile')
    expect(plans.join('\n')).not.toContain('Seq Scan')
  })

  it.each([1, batchSize])('takes at most 1.5 times as long as with 10,000 profiles, %i at a time', async (batch) => {
    const [smallMs = 0, largeMs = 0] = await measureClaimsMs([small, large], batch)
    expect(largeMs / smallMs, `${largeMs.toFixed(2)} ms and ${smallMs.toFixed(2)} ms`).toBeLessThanOrEqual(1.5)
  })
})
