import { Client, Pool } from 'pg'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import type { TestPostgres } from '@routekey/sandbox/test-postgres'

import { createKeyring } from '../../src/index.ts'
import { type PostgresClient, createPostgresStore } from '../../src/stores/postgres.ts'
import { startShippedPostgres } from '../shipped-sql/start-shipped-postgres.ts'

let server: TestPostgres
let pool: Pool

beforeAll(async () => {
  server = await startShippedPostgres()
  pool = new Pool({ connectionString: server.url, max: 8 })
  pool.on('error', () => {})
})

afterAll(async () => {
  await pool.end()
  await server.stop()
})

const isUsage = (text: string) => text.includes('record_api_key_usage')

async function setUp(client: PostgresClient) {
  const lines: string[] = []
  const keyring = createKeyring({
    store: createPostgresStore({ client }),
    prefix: 'acme',
    timeoutMs: 60_000,
    usage: { flushSeconds: 3600 },
    logger: { error: (line) => void lines.push(line) },
  })
  const { key, record } = await keyring.create({ owner: 'ada', name: 'CI' })
  const use = async (times: number) => {
    for (let time = 0; time < times; time += 1) expect((await keyring.verify(key)).ok).toBe(true)
  }
  const stored = async () => {
    const { rows } = await pool.query<{ allowed: string }>('select allowed from api_key_usage where key_id = $1', [
      record.id,
    ])
    return rows.map(({ allowed }) => Number(allowed))
  }
  return { keyring, id: record.id, use, stored, lines }
}

it('stores each call once when writes time out and take effect later', async () => {
  const late: Promise<unknown>[] = []
  let isSlow = true
  const client: PostgresClient = {
    query(text, values) {
      const result = pool.query<object>(text, values)
      if (!isUsage(text) || !isSlow) return result
      late.push(result)
      return Promise.reject(new Error('Query read timeout'))
    },
  }
  const { keyring, id, use, stored, lines } = await setUp(client)
  const blocking = new Client({ connectionString: server.url })
  await blocking.connect()
  onTestFinished(() => blocking.end())
  await blocking.query('begin')
  await blocking.query('select from api_key where id = $1 for update', [id])
  await use(20)
  for (const times of [3, 0, 4]) {
    await keyring.flush()
    await use(times)
  }
  expect(lines.join()).toContain('Query read timeout. It may have made its change.')
  expect(late).toHaveLength(3)
  await blocking.query('commit')
  await Promise.all(late)
  expect(await stored()).toEqual([20])
  isSlow = false
  await keyring.flush()
  expect(await stored()).toEqual([27])
})

it('stores each call once when responses are lost after the commit, and when connections break before it', async () => {
  let broken = 0
  const client: PostgresClient = {
    async query(text, values) {
      const fault = isUsage(text) && broken < 4
      if (fault) broken += 1
      if (fault && broken % 2 === 0) throw new Error('Connection terminated unexpectedly')
      const result = await pool.query<object>(text, values)
      if (fault) throw new Error('Connection terminated unexpectedly')
      return result
    },
  }
  const { keyring, use, stored } = await setUp(client)
  for (const times of [5, 6, 7, 8, 9]) {
    await use(times)
    await keyring.flush()
  }
  expect(broken).toBe(4)
  expect(await stored()).toEqual([35])
})

it('stores each call once when a client sends again what it has sent', async () => {
  const client: PostgresClient = {
    async query(text, values) {
      const results = await Promise.all(
        [text, ...(isUsage(text) ? [text, text] : [])].map((one) => pool.query<object>(one, values)),
      )
      return results[0]!
    },
  }
  const { keyring, use, stored } = await setUp(client)
  for (const times of [5, 6]) {
    await use(times)
    await keyring.flush()
  }
  expect(await stored()).toEqual([11])
})

it('keeps one row for each process, and prunes those that have not written for 30 days', async () => {
  const { keyring, use } = await setUp(pool)
  await pool.query('delete from api_key_usage_writer')
  for (const times of [1, 1, 1]) {
    await use(times)
    await keyring.flush()
  }
  const read = async () => (await pool.query('select last_batch from api_key_usage_writer')).rows
  expect(await read()).toEqual([{ last_batch: '3' }])
  await pool.query(`update api_key_usage_writer set wrote_at = now() - interval '29 days'`)
  await keyring.prune()
  expect(await read()).toHaveLength(1)
  await pool.query(`update api_key_usage_writer set wrote_at = now() - interval '31 days'`)
  await keyring.prune()
  expect(await read()).toEqual([])
})
