import { createHash, randomUUID } from 'node:crypto'
import { openAsBlob } from 'node:fs'
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

import { PGlite, type Extensions } from '@electric-sql/pglite'

import { applyMigrations } from './database/apply-migrations.ts'
import { prepareDatabase, readPreparationScript } from './database/prepare-database.ts'
import type { SqlClient } from './database/sql-client.ts'
import { DEFAULT_MIGRATIONS_DIRECTORY } from './migrations-directory.ts'

export type { SqlClient }

/** Options of {@link createTestDatabase} and {@link prepareTestDatabase}. */
export type TestDatabaseOptions = {
  /** Path of the migrations to apply; `null` applies none. Default: the repository's `supabase/migrations`. */
  migrationsDirectory?: string | null
}

/**
 * Creates a database in memory as a hosted Supabase project has it (roles, `auth`, `net`, `vault`) with the migrations
 * applied. Close it after the test. Nothing sends what `net` queues: the queue is there to be asserted on.
 *
 * @param options.extensions - PGlite extensions to load, for example `pgtap`.
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
  const loadDataDir = await openAsBlob(await ensureTemplate())
  const database = await PGlite.create({ loadDataDir, extensions })
  await applyTestMigrations(database, options)
  return database
}

/**
 * Makes an empty real Postgres database the same as {@link createTestDatabase} does.
 *
 * @param client - Connected as a superuser, for example a `pg` client.
 */
export async function prepareTestDatabase(client: SqlClient, options: TestDatabaseOptions = {}): Promise<void> {
  await prepareDatabase(client)
  await applyTestMigrations(client, options)
}

async function applyTestMigrations(client: SqlClient, options: TestDatabaseOptions): Promise<void> {
  const { migrationsDirectory = DEFAULT_MIGRATIONS_DIRECTORY } = options
  if (migrationsDirectory !== null) await applyMigrations(client, migrationsDirectory)
}

/** Initialising a PGlite cluster takes 3 s, loading a prepared one 0.4 s; so a prepared one is kept as a file. */
async function ensureTemplate(): Promise<string> {
  const directory = fileURLToPath(new URL('../../../node_modules/.cache/routekey-sandbox/', import.meta.url))
  const packageJson = await readFile(new URL('../package.json', import.meta.url), 'utf8')
  const key = createHash('sha256')
    .update(await readPreparationScript())
    .update(packageJson)
    .digest('hex')
    .slice(0, 16)
  const path = `${directory}template-${key}.tar`
  if (
    await stat(path).then(
      () => true,
      () => false,
    )
  )
    return path

  const database = await PGlite.create()
  await prepareDatabase(database)
  const dump = await database.dumpDataDir('none')
  await database.close()

  // Test files run in several processes: each writes its own file, and the rename is atomic.
  await mkdir(directory, { recursive: true })
  const temporaryPath = `${path}.${randomUUID()}`
  await writeFile(temporaryPath, dump.stream())
  await rename(temporaryPath, path)
  return path
}
