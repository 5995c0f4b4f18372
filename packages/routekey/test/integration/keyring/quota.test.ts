import { type ChildProcess, fork, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { access, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { TestPostgres } from '@routekey/sandbox/test-postgres'
import { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'

import { createKeyring } from '../../../src/index.ts'
import { createPostgresLimiter, createPostgresStore } from '../../../src/stores/postgres.ts'
import { startShippedPostgres } from '../../shipped-sql/start-shipped-postgres.ts'
import type { QuotaTask } from './quota-worker.ts'

const processes = 4
const requests = 500
const quota = 100
const worker = new URL('quota-worker.ts', import.meta.url)

const redisProgram = ['valkey-server', 'redis-server'].find((name) => !spawnSync(name, ['--version']).error)
const redisIsMissing =
  'Quotas in Redis need redis-server or valkey-server. Install one (Debian: apt-get install redis-server).'

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

/** Sends all requests of all processes at the same time, and counts the results. */
async function race(redisSocket: string | null, limits: readonly { name: string; quota: number }[]) {
  const keyring = createKeyring({
    store: createPostgresStore({ client: pool }),
    prefix: 'acme',
    limiter: createPostgresLimiter({ client: pool }),
  })
  const { key, record } = await keyring.create({
    owner: 'ada',
    name: 'CI',
    limits: limits.map((limit) => ({ ...limit, windowSeconds: 86_400 })),
  })
  const task: QuotaTask = { databaseUrl: server.url, redisSocket, key, requests, now: Date.now() }
  const workers = Array.from({ length: processes }, () => fork(worker, [JSON.stringify(task)]))
  children.push(...workers)
  await Promise.all(workers.map(nextMessage))
  const answers = workers.map(nextMessage)
  for (const child of workers) child.send('go')
  const codes = (await Promise.all(answers)).flat()
  const count = (code: string) => codes.filter((other) => other === code).length
  const [usage] = (await keyring.usage({ id: record.id }, { unit: 'day', count: 1 })) ?? []
  return { passed: count('passed'), limited: count('rate_limited'), total: codes.length, usage }
}

/** Starts a server that listens on a socket in a directory of its own, and keeps nothing. */
async function startRedis(program: string): Promise<{ socket: string; stop: () => Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'routekey-redis-'))
  const flags = ['--port', '0', '--unixsocket', 'redis.sock', '--dir', '.', '--save', '', '--appendonly', 'no']
  const child = spawn(program, flags, { cwd: directory, stdio: 'ignore' })
  const socket = join(directory, 'redis.sock')
  const stop = async () => {
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    await ended
    await rm(directory, { recursive: true })
  }
  await vi.waitFor(() => access(socket), 10_000)
  return { socket, stop }
}

const exactly = {
  passed: quota,
  limited: processes * requests - quota,
  total: processes * requests,
  usage: expect.objectContaining({ allowed: quota, refused: processes * requests - quota }),
}

describe(`a quota of ${quota} under ${processes} × ${requests} concurrent requests`, () => {
  it('accepts exactly its quota with counters in Postgres, and counts every request', async () => {
    expect(await race(null, [{ name: 'day', quota }])).toEqual(exactly)
  })

  it('is exact with a second limit that refuses earlier', async () => {
    const result = await race(null, [
      { name: 'wide', quota: quota * 2 },
      { name: 'narrow', quota },
    ])
    expect(result).toEqual(exactly)
  })

  it('accepts exactly its quota with counters in Valkey or Redis', async ({ skip, onTestFinished }) => {
    skip(redisProgram === undefined, redisIsMissing)
    const { socket, stop } = await startRedis(redisProgram!)
    onTestFinished(stop)
    expect(await race(socket, [{ name: 'day', quota }])).toEqual(exactly)
  })

  it('is exact with a second limit that refuses earlier, in Valkey or Redis', async ({ skip, onTestFinished }) => {
    skip(redisProgram === undefined, redisIsMissing)
    const { socket, stop } = await startRedis(redisProgram!)
    onTestFinished(stop)
    const result = await race(socket, [
      { name: 'wide', quota: quota * 2 },
      { name: 'narrow', quota },
    ])
    expect(result).toEqual(exactly)
  })
})
