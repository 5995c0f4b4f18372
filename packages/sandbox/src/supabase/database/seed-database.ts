import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'

import { SeedError } from '../../errors.ts'
import { runScript, type SqlClient } from './sql-client.ts'

const seedTable = `
  create schema if not exists supabase_migrations;
  create table if not exists supabase_migrations.seed_files (path text not null primary key, hash text not null);
`

/**
 * Runs a file of SQL once for a database, in a transaction, and records it where the Supabase CLI does.
 *
 * @throws {SeedError} `ERR_SANDBOX_SEED`; the file has left no trace.
 */
export async function seedDatabase(client: SqlClient, path: string): Promise<void> {
  await runScript(client, seedTable)
  const name = basename(path)
  const recorded = await client.query('select from supabase_migrations.seed_files where path = $1', [name])
  if (recorded.rows.length > 0) return

  const sql = await readFile(path, 'utf8')
  await runScript(client, 'begin')
  try {
    await runScript(client, sql)
    await client.query('insert into supabase_migrations.seed_files (path, hash) values ($1, $2)', [
      name,
      createHash('sha256').update(sql).digest('hex'),
    ])
    await runScript(client, 'commit')
  } catch (cause) {
    await runScript(client, 'rollback')
    throw new SeedError(`${name} failed: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}
