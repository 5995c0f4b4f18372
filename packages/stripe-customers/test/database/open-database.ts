import { pgbouncerIsMissing, startPgbouncer } from '@routekey/sandbox/pgbouncer'
import { createTestDatabase } from '@routekey/sandbox/test-database'
import { startTestPostgres } from '@routekey/sandbox/test-postgres'
import { Pool } from 'pg'
import type { TestDatabase } from '../test-stack.ts'

/** A database for tests, and what closes it. */
export type OpenDatabase = TestDatabase & { close: () => Promise<unknown> }

/** How to open each kind of database that the engine runs on, for `describe.each`. Without PgBouncer, its kind is left out. */
export const databases: readonly { name: string; open: () => Promise<OpenDatabase> }[] = [
  { name: 'PGlite', open: () => createTestDatabase() },
  { name: 'Postgres', open: openPostgres },
  ...(pgbouncerIsMissing === null ? [{ name: 'Postgres behind PgBouncer', open: openBehindPooler }] : []),
]

async function openPostgres(): Promise<OpenDatabase> {
  const server = await startTestPostgres()
  return openPool(server.url, () => server.stop())
}

async function openBehindPooler(): Promise<OpenDatabase> {
  const server = await startTestPostgres()
  const pooler = await startPgbouncer(server.url)
  return openPool(pooler.url, async () => {
    await pooler.stop()
    await server.stop()
  })
}

function openPool(url: string, stop: () => Promise<void>): OpenDatabase {
  const pool = new Pool({ connectionString: url })
  // `end` does not wait for its connections to close, and one that is still open when the server stops emits an error.
  pool.on('error', () => {})
  const close = async () => {
    await pool.end()
    await stop()
  }
  return { query: (text, values) => pool.query(text, values), close }
}
