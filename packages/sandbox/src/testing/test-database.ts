import { PGlite, type Extensions } from '@electric-sql/pglite'

import { applyMigrations } from '../supabase/database/apply-migrations.ts'
import { prepareDatabase } from '../supabase/database/prepare-database.ts'
import type { SqlClient } from '../supabase/database/sql-client.ts'
import { loadTemplate } from '../supabase/database/template.ts'
import { defaultMigrationsDirectory } from '../supabase/database/migrations-directory.ts'

export type { SqlClient }

/** Options of {@link createTestDatabase} and {@link prepareTestDatabase}. */
export interface TestDatabaseOptions {
  /** Path of the migrations to apply; `null` applies none. Default: the repository's `supabase/migrations`. */
  readonly migrationsDirectory?: string | null
}

/**
 * Creates a database in memory as a hosted Supabase project has it (roles, `auth`, `net`, `vault`) with the migrations
 * applied. Close it after the test. Nothing sends what `net` queues: the queue is there to be asserted on.
 *
 * @param options.extensions PGlite extensions to load, for example `pgtap`.
 * @example
 * import { createTestDatabase } from '@routekey/sandbox/test-database'
 *
 * const database = await createTestDatabase()
 * await database.query('select * from public.profile')
 * await database.close()
 */
export async function createTestDatabase(
  options: TestDatabaseOptions & { extensions?: Extensions } = {},
): Promise<PGlite> {
  const { extensions = {} } = options
  const database = await PGlite.create({ loadDataDir: await loadTemplate(), extensions })
  await applyTestMigrations(database, options)
  return database
}

/**
 * Makes an empty real Postgres database the same as {@link createTestDatabase} does.
 *
 * @param client Connected as a superuser, for example a `pg` client.
 */
export async function prepareTestDatabase(client: SqlClient, options: TestDatabaseOptions = {}): Promise<void> {
  await prepareDatabase(client)
  await applyTestMigrations(client, options)
}

async function applyTestMigrations(client: SqlClient, options: TestDatabaseOptions): Promise<void> {
  const { migrationsDirectory = defaultMigrationsDirectory } = options
  if (migrationsDirectory !== null) await applyMigrations(client, migrationsDirectory)
}
