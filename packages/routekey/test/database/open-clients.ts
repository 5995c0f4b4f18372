import { PGlite } from '@electric-sql/pglite'
import { createTestDatabase } from '@routekey/sandbox/test-database'
import type { TestPostgres } from '@routekey/sandbox/test-postgres'
import { Client, Pool, type PoolConfig } from 'pg'
import postgres from 'postgres'
import { afterAll, beforeAll } from 'vitest'

import type { KeyStore } from '../../src/index.ts'
import { createPostgresStore } from '../../src/stores/postgres.ts'
import { generateSql } from '../../src/sql/generate-sql.ts'
import { startShippedPostgres } from '../shipped-sql/start-shipped-postgres.ts'

/** Starts a PostgreSQL with the SQL that the package ships, for the tests of a file. The clients that it opens are closed at the end. */
export function useTestPostgres() {
  const closing: (() => Promise<unknown>)[] = []
  let server: TestPostgres

  beforeAll(async () => {
    server = await startShippedPostgres()
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
    /** @param schema Default: what the package ships for Supabase. */
    openPglite: async (schema?: string): Promise<PGlite> => {
      const database = schema === undefined ? await createTestDatabase({ migrationsDirectory: null }) : new PGlite()
      closing.push(() => database.close())
      await database.exec(schema ?? generateSql({ supabase: true }))
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
