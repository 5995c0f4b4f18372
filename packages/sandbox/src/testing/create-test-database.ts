import { PGlite, type Extensions } from '@electric-sql/pglite'
import { applyMigrations } from '../supabase/database/apply-migrations.ts'
import { ensureTemplate } from '../supabase/database/pglite-template.ts'
import { prepareDatabase } from '../supabase/database/prepare-database.ts'
import { migrationsDirectory } from '../supabase/database/repository-files.ts'
import type { SqlClient } from '../supabase/database/sql-client.ts'

export type { SqlClient }

/** Options of {@link createTestDatabase} and {@link prepareTestDatabase}. */
export interface TestDatabaseOptions {
  /** The migrations to apply; null for none. Default: the repository's `supabase/migrations`. */
  readonly migrationsDirectory?: string | null
}

/**
 * Creates a database in memory that has everything a hosted Supabase project has (roles, `auth`, `net`, `vault`), and
 * applies the migrations. Close it after the test. Requests that `net` queues are not sent, so you can assert on the queue.
 *
 * @param options.extensions extensions of PGlite to load, for example `pgtap`
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
  const database = await PGlite.create({ loadDataDir: await ensureTemplate(), extensions })
  await applyTestMigrations(database, options)
  return database
}

/**
 * Prepares an empty database of a real Postgres as {@link createTestDatabase} does.
 *
 * @param client connected as a superuser, for example a `pg` client
 */
export async function prepareTestDatabase(client: SqlClient, options: TestDatabaseOptions = {}): Promise<void> {
  await prepareDatabase(client)
  await applyTestMigrations(client, options)
}

async function applyTestMigrations(client: SqlClient, options: TestDatabaseOptions): Promise<void> {
  const directory = options.migrationsDirectory === undefined ? migrationsDirectory : options.migrationsDirectory
  if (directory !== null) await applyMigrations(client, directory)
}
