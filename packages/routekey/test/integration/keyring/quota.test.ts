import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { startSandbox } from '@routekey/sandbox'
import { pgbouncerIsMissing, startPgbouncer } from '@routekey/sandbox/pgbouncer'
import { type TestPostgres, startTestPostgres } from '@routekey/sandbox/test-postgres'
import { createClient } from '@supabase/supabase-js'
import { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { type KeyStore, createKeyring } from '../../../src/index.ts'
import { createPostgresLimiter, createPostgresStore } from '../../../src/stores/postgres.ts'
import { createSupabaseStore } from '../../../src/stores/supabase.ts'
import { startShippedPostgres } from '../../shipped-sql/start-shipped-postgres.ts'
import { generateSql } from '../../../src/sql/generate-sql.ts'
import type { QuotaBackend, QuotaTask } from './quota-worker.ts'
import { redisIsMissing, startRedis } from './start-redis.ts'

const processes = 4
const quota = 100
const worker = new URL('quota-worker.ts', import.meta.url)
const oneLimit = [{ name: 'day', quota }]
const twoLimits = [
  { name: 'wide', quota: quota * 2 },
  { name: 'narrow', quota },
]

let server: TestPostgres
let pool: Pool
const children: ChildProcess[] = []

beforeAll(async () => {
  server = await startShippedPostgres({ settings: { max_connections: '60' } })
  pool = new Pool({ connectionString: server.url })
  // A connection that is closing when the server stops says so with an error.
  pool.on('error', () => {})
})

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL')
  await pool.end()
  await server.stop()
})

async function nextMessage(child: ChildProcess): Promise<unknown> {
  const [message] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`The process ended with ${String(code)}`))),
  ])
  return message
}

interface Race {
  readonly requests?: number
  readonly store?: KeyStore
  /** What the requests of each wave cost, in turn. Default one wave of 1. */
  readonly waves?: readonly (readonly number[])[]
  /** Whether the processes count by the clock of the database, and so in the same call as they look up. */
  readonly oneCall?: boolean
}

/** Parses the result of a request, as a process sends it. */
function parseResult(text: unknown) {
  const [code = '', cost] = String(text).split(' ')
  return { code, cost: Number(cost) }
}

/** Sends all requests of all processes at the same time, and counts the points of those that pass. */
async function race(
  backend: QuotaBackend,
  limits: readonly { name: string; quota: number }[],
  { requests = 500, store = createPostgresStore({ client: pool }), waves = [[1]], oneCall = false }: Race = {},
) {
  const now = Date.now()
  let windowSeconds = 86_400
  while (windowSeconds - ((now / 1000) % windowSeconds) < 3600) windowSeconds += 1000
  const keyring = createKeyring({
    store,
    limiter: createPostgresLimiter({ client: pool }),
    prefix: 'acme',
    timeoutMs: 60_000,
  })
  const { key, record } = await keyring.create({
    owner: 'ada',
    name: 'CI',
    limits: limits.map((limit) => ({ ...limit, windowSeconds })),
  })
  const results: ReturnType<typeof parseResult>[] = []
  for (const costs of waves) {
    const task: QuotaTask = { backend, key, requests, costs, now: oneCall ? null : now }
    const workers = Array.from({ length: processes }, () => fork(worker, [JSON.stringify(task)]))
    children.push(...workers)
    await Promise.all(workers.map(nextMessage))
    const answers = workers.map(nextMessage)
    for (const child of workers) child.send('go')
    results.push(...(await Promise.all(answers)).flat().map(parseResult))
  }
  const passed = results.filter(({ code }) => code === 'passed')
  const [usage] = (await keyring.usage({ id: record.id }, { unit: 'day', count: 1 })) ?? []
  return {
    points: passed.reduce((sum, { cost }) => sum + cost, 0),
    total: results.length,
    errors: results.filter(({ code }) => code !== 'passed' && code !== 'rate_limited'),
    isUsageExact: usage?.allowed === passed.length && usage.refused === results.length - passed.length,
  }
}

const exactly = (requests = 500, waves = 1) => ({
  points: quota,
  total: processes * requests * waves,
  errors: [],
  isUsageExact: true,
})

/** Requests that cost more than remains are refused, and the last points go to those that cost 1. */
const mixed = [[1, 7, 30, 1]]

describe(`a quota of ${quota}, of which ${processes} processes with hundreds of concurrent requests each let exactly ${quota} pass`, () => {
  it.each([
    ['one limit', oneLimit],
    ['a second limit that refuses earlier', twoLimits],
  ])('with counters in Postgres and %s', async (_name, limits) => {
    const backend = { kind: 'postgres', databaseUrl: server.url } as const
    expect(await race(backend, limits)).toEqual(exactly())
    expect(await race(backend, limits, { waves: mixed })).toEqual(exactly())
    expect(await race(backend, limits, { waves: mixed, oneCall: true })).toEqual(exactly())
  })

  it('with counters in Postgres behind PgBouncer in transaction mode', async ({ skip, onTestFinished }) => {
    skip(pgbouncerIsMissing !== null, pgbouncerIsMissing ?? '')
    const pooler = await startPgbouncer(server.url)
    onTestFinished(() => pooler.stop())
    const backend = { kind: 'postgres', databaseUrl: pooler.url } as const
    expect(await race(backend, oneLimit)).toEqual(exactly())
    expect(await race(backend, twoLimits, { waves: mixed })).toEqual(exactly())
    expect(await race(backend, twoLimits, { waves: mixed, oneCall: true })).toEqual(exactly())
  })

  it("with nothing but Supabase's Data API", async ({ onTestFinished }) => {
    const directory = await mkdtemp(join(tmpdir(), 'routekey-quota-'))
    onTestFinished(() => rm(directory, { recursive: true }))
    const migrationsDirectory = join(directory, 'migrations')
    await mkdir(migrationsDirectory)
    await writeFile(join(migrationsDirectory, '20270101000000_api_key.sql'), generateSql({ supabase: true }))
    const database = await startTestPostgres({ migrationsDirectory: null })
    onTestFinished(() => database.stop())
    const sandbox = await startSandbox({
      dir: directory,
      ports: { supabase: 0 },
      databaseUrl: database.url,
      migrationsDirectory,
      stripe: false,
      github: false,
    })
    onTestFinished(() => sandbox.stop())
    const { url, secretKey } = sandbox.supabase!
    const store = createSupabaseStore({ client: createClient(url, secretKey, { auth: { persistSession: false } }) })
    const requests = 125
    const backend = { kind: 'supabase', url, secretKey } as const
    expect(await race(backend, oneLimit, { requests, store })).toEqual(exactly(requests))
    expect(await race(backend, twoLimits, { requests, store, waves: mixed, oneCall: true })).toEqual(exactly(requests))
  })

  it.for([
    ['Valkey or Redis', 1],
    ['a cluster of three', 3],
  ] as const)('with counters in %s', async ([, count], { skip, onTestFinished }) => {
    skip(redisIsMissing !== null, redisIsMissing ?? '')
    const { ports, stop } = await startRedis(count)
    onTestFinished(stop)
    const backend = { kind: 'redis', databaseUrl: server.url, ports } as const
    expect(await race(backend, oneLimit)).toEqual(exactly())
    expect(await race(backend, twoLimits)).toEqual(exactly())
    // While it returns the points of a refused request, others are refused that would have room afterwards.
    expect(await race(backend, oneLimit, { waves: [...mixed, [1]] })).toEqual(exactly(500, 2))
  })
})
