import { PGlite } from '@electric-sql/pglite'
import { createTestDatabase } from '@routekey/sandbox/test-database'
import { type TestPostgres, startTestPostgres } from '@routekey/sandbox/test-postgres'
import { Client, Pool, type PoolConfig } from 'pg'
import postgres from 'postgres'
import { afterAll, beforeAll } from 'vitest'

import type { KeyStore } from '../../src/index.ts'
import { createPostgresStore } from '../../src/stores/postgres.ts'

/** Starts a PostgreSQL for the tests of a file. The clients that it opens are closed at the end. */
export function useTestPostgres() {
  const closing: (() => Promise<unknown>)[] = []
  let server: TestPostgres

  beforeAll(async () => {
    server = await startTestPostgres()
  })

  afterAll(async () => {
    for (const close of closing.toReversed()) await close()
    await server.stop()
  })

  return {
    openPool: (options: PoolConfig = {}): Pool => {
      const pool = new Pool({ connectionString: server.url, max: 5, ...options })
      // A connection that closes while the server stops reports an error.
      pool.on('error', () => {})
      closing.push(() => pool.end())
      return pool
    },
    openListener: async (): Promise<Client> => {
      const client = new Client({ connectionString: server.url })
      await client.connect()
      closing.push(() => client.end())
      return client
    },
    openPostgres: (): postgres.Sql => {
      const sql = postgres(server.url, { max: 5, onnotice: () => {} })
      closing.push(() => sql.end())
      return sql
    },
    /** @param schema Default: that of a Supabase with the migrations. */
    openPglite: async (schema?: string): Promise<PGlite> => {
      const database = schema === undefined ? await createTestDatabase() : new PGlite()
      closing.push(() => database.close())
      if (schema !== undefined) await database.exec(schema)
      return database
    },
  }
}

/** Creates a store on a client of `postgres`. */
export const createStoreFromPostgres = (sql: postgres.Sql): KeyStore =>
  createPostgresStore({
    client: { query: async (text, values) => ({ rows: await sql.unsafe(text, values) }) },
    listen: (channel, onPayload, onListen) => sql.listen(channel, onPayload, onListen),
  })
