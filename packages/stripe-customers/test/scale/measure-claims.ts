import { randomUUID } from 'node:crypto'
import type { TestPostgres } from '@routekey/sandbox/test-postgres'
import { Client } from 'pg'
import { createPostgresFunctions } from '../../src/store/postgres-functions.ts'
import type { ClaimedWork } from '../../src/store/work-rows.ts'
import { createWorkStore } from '../../src/store/work-store.ts'
import { seedProfiles } from './seed-profiles.ts'

/** Creates a database with `total` profiles, of which `pending` wait for their customer, and connects to it. */
export async function createSeededDatabase(
  server: TestPostgres,
  profiles: { total: number; pending: number },
): Promise<Client> {
  const url = new URL(server.url)
  const name = `profiles_${profiles.total}`
  const admin = new Client({ connectionString: url.href })
  await admin.connect()
  await admin.query(`create database ${name} template postgres strategy wal_log`)
  await admin.end()
  url.pathname = name
  const client = new Client({ connectionString: url.href })
  await client.connect()
  await seedProfiles(client, profiles)
  return client
}

/** Claims rows like a worker. */
export function claim(client: Client, batch: number): Promise<ClaimedWork[]> {
  return createWorkStore(createPostgresFunctions(client)).claim({ lease: randomUUID(), leaseMs: 600_000, batch })
}

/**
 * Measures how long a claim takes on each of several databases.
 *
 * @returns the medians in milliseconds, in the order of `clients`
 */
export async function measureClaimsMs(clients: readonly Client[], batch: number): Promise<number[]> {
  const times = clients.map((): number[] => [])
  for (let round = 0; round < 200; round += 1) {
    // In turn, so that other work of the machine affects all of them.
    for (const [index, client] of clients.entries()) times[index]?.push(await measureClaimMs(client, batch))
  }
  return times.map((values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN)
}

/** Rolls the claim back, so that as much is due for the next one. */
async function measureClaimMs(client: Client, batch: number): Promise<number> {
  await client.query('begin')
  const startedAt = performance.now()
  await claim(client, batch)
  const ms = performance.now() - startedAt
  await client.query('rollback')
  return ms
}
