import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { SandboxError } from '../../errors.ts'
import { runScript, type SqlClient } from './sql-client.ts'

/** The name of a migration file, as the Supabase CLI writes it. */
const migrationFile = /^(?<version>\d{14})_(?<name>[^.]+)\.sql$/

const historyTable = `
  create schema if not exists supabase_migrations;
  create table if not exists supabase_migrations.schema_migrations (
    version text not null primary key,
    statements text[],
    name text
  );
`

const historyRowsSchema = z.array(z.object({ version: z.string(), sql: z.string() }))

/** The result of {@link applyMigrations}. */
export interface MigrationReport {
  /** The files that were applied now, in order. */
  readonly applied: string[]
  /** The files that have changed since they were applied. The database does not have the change. */
  readonly changed: string[]
}

interface Migration {
  readonly file: string
  readonly version: string
  readonly name: string
  readonly sql: string
}

/**
 * Applies the migrations of a directory that the database does not have, each in a transaction, and records them in the
 * history table of the Supabase CLI.
 *
 * @param client a database that `prepareDatabase` has prepared
 * @param directory holds files named `<14 digits>_<name>.sql`; other files are ignored
 * @throws `ERR_SANDBOX_MIGRATION` with the file and line of an error; the changes of that file are rolled back
 */
export async function applyMigrations(client: SqlClient, directory: string): Promise<MigrationReport> {
  const migrations = await readMigrations(directory)
  await runScript(client, historyTable)
  const history = await readHistory(client)
  const report: MigrationReport = { applied: [], changed: [] }
  for (const migration of migrations) {
    const appliedSql = history.get(migration.version)
    if (appliedSql === undefined) {
      await applyMigration(client, migration)
      report.applied.push(migration.file)
    } else if (appliedSql !== migration.sql) {
      report.changed.push(migration.file)
    }
  }
  return report
}

async function readMigrations(directory: string): Promise<Migration[]> {
  const byVersion = new Map<string, Migration>()
  for (const file of (await readdir(directory)).toSorted()) {
    const { version, name } = migrationFile.exec(file)?.groups ?? {}
    if (version === undefined || name === undefined) continue
    const other = byVersion.get(version)
    if (other !== undefined) {
      throw new SandboxError(
        'ERR_SANDBOX_MIGRATION',
        `Migrations ${other.file} and ${file} have the same version. Rename the later one.`,
      )
    }
    byVersion.set(version, { file, version, name, sql: await readFile(join(directory, file), 'utf8') })
  }
  return [...byVersion.values()]
}

async function readHistory(client: SqlClient): Promise<Map<string, string>> {
  const { rows } = await client.query(`
    select version, array_to_string(statements, '') as sql from supabase_migrations.schema_migrations
  `)
  return new Map(historyRowsSchema.parse(rows).map((row) => [row.version, row.sql]))
}

async function applyMigration(client: SqlClient, migration: Migration): Promise<void> {
  await runScript(client, 'begin')
  try {
    await runScript(client, migration.sql)
    await client.query(
      'insert into supabase_migrations.schema_migrations (version, name, statements) values ($1, $2, array[$3])',
      [migration.version, migration.name, migration.sql],
    )
    await runScript(client, 'commit')
  } catch (cause) {
    await runScript(client, 'rollback')
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new SandboxError(
      'ERR_SANDBOX_MIGRATION',
      `Migration ${migration.file}${describeLine(migration.sql, cause)} failed: ${reason}. Fix the file and start again.`,
      { cause },
    )
  }
}

function describeLine(sql: string, cause: unknown): string {
  // Postgres counts the position in characters from 1.
  const position = cause instanceof Error && 'position' in cause ? Number(cause.position) : Number.NaN
  return Number.isNaN(position) ? '' : `, line ${sql.slice(0, position).split('\n').length},`
}
