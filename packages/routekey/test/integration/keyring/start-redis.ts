import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { findFreePort } from '@routekey/sandbox'
import { Redis } from 'ioredis'
import { vi } from 'vitest'

const program = ['valkey-server', 'redis-server'].find((name) => !spawnSync(name, ['--version']).error)

/** Why tests that need Redis are skipped, or null if it is installed. */
export const redisIsMissing: string | null =
  program === undefined
    ? 'Quotas in Redis need redis-server or valkey-server. Install one (Debian: apt-get install redis-server).'
    : null

/** Servers of Redis or Valkey on 127.0.0.1 that keep nothing. */
export interface TestRedis {
  readonly ports: readonly number[]
  readonly stop: () => Promise<void>
}

const slots = 16_384
const patiently = { timeout: 60_000, interval: 50 }

async function startServer(flags: readonly string[]): Promise<{ port: number; stop: () => Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'routekey-redis-'))
  const port = await findFreePort()
  const options = [
    '--bind',
    '127.0.0.1',
    '--port',
    String(port),
    '--dir',
    '.',
    '--save',
    '',
    '--appendonly',
    'no',
    ...flags,
  ]
  const child = spawn(program ?? '', options, { cwd: directory, stdio: 'ignore' })
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  const stop = async () => {
    process.off('exit', kill)
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
    await rm(directory, { recursive: true })
  }
  return { port, stop }
}

/** Starts one server, or a cluster of several that share the slots. */
export async function startRedis(count: 1 | 3): Promise<TestRedis> {
  const busPorts = await Promise.all(Array.from({ length: count }, () => findFreePort()))
  const servers = await Promise.all(
    busPorts.map((busPort) =>
      startServer(count === 1 ? [] : ['--cluster-enabled', 'yes', '--cluster-port', String(busPort)]),
    ),
  )
  const ports = servers.map(({ port }) => port)
  // Until the server listens, the client connects again and again.
  const clients = ports.map((port) => new Redis(port, { maxRetriesPerRequest: null }))
  for (const client of clients) client.on('error', () => {})
  await Promise.all(clients.map((client) => client.ping()))
  if (count > 1) {
    const bound = (index: number) => Math.floor((index * slots) / count)
    for (const [index, client] of clients.entries()) {
      await client.call('CLUSTER', 'ADDSLOTSRANGE', bound(index), bound(index + 1) - 1)
      await client.call('CLUSTER', 'MEET', '127.0.0.1', ports[0]!, busPorts[0]!)
    }
    await vi.waitFor(async () => {
      for (const client of clients) {
        const state = String(await client.call('CLUSTER', 'INFO'))
        if (!state.includes('cluster_state:ok') || !state.includes(`cluster_known_nodes:${count}`))
          throw new Error(state)
      }
    }, patiently)
  }
  for (const client of clients) client.disconnect()
  return { ports, stop: async () => void (await Promise.all(servers.map(({ stop }) => stop()))) }
}
