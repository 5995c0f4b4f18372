import { type TestPostgres, type TestPostgresOptions, startTestPostgres } from '@routekey/sandbox/test-postgres'
import { Client } from 'pg'

import { generateSql } from '../../src/sql/generate-sql.ts'

/** Starts a PostgreSQL with the SQL that the package ships for Supabase, and nothing of the application. Any text can own keys. */
export async function startShippedPostgres(options: Pick<TestPostgresOptions, 'settings'> = {}): Promise<TestPostgres> {
  const server = await startTestPostgres({ ...options, migrationsDirectory: null })
  const client = new Client({ connectionString: server.url })
  await client.connect()
  await client.query(generateSql({ supabase: true }))
  await client.end()
  return server
}
