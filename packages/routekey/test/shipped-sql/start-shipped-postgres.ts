import { type TestPostgres, type TestPostgresOptions, startTestPostgres } from '@routekey/sandbox/test-postgres'
import { Client } from 'pg'

import { readSql, readSupabaseSql } from './shipped-sql.ts'

/** Reads all SQL that the package ships, for Supabase. Any text can be the owner of a key. */
export const readShippedSql = async (): Promise<string> => `${await readSql()}\n${await readSupabaseSql()}`

/** Starts a PostgreSQL with the SQL that the package ships for Supabase, and nothing of the application. */
export async function startShippedPostgres(options: Pick<TestPostgresOptions, 'settings'> = {}): Promise<TestPostgres> {
  const server = await startTestPostgres({ ...options, migrationsDirectory: null })
  const client = new Client({ connectionString: server.url })
  await client.connect()
  await client.query(await readShippedSql())
  await client.end()
  return server
}
