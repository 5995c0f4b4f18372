import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { SandboxError } from '../../errors.ts'
import { runScript, type SqlClient } from './sql-client.ts'

const seedTable = `
  create schema if not exists supabase_migrations;
  create table if not exists supabase_migrations.seed_files (path text not null primary key, hash text not null);
`

/**
 * Runs a SQL file in a transaction, once per database, and records it in the table of the Supabase CLI.
 *
 * @throws `ERR_SANDBOX_SEED` when the file fails; its changes are rolled back
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
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new SandboxError('ERR_SANDBOX_SEED', `${name} failed: ${reason}. Fix the file and start again.`, { cause })
  }
}
