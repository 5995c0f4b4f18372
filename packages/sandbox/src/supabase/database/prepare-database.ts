import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { getAuthSchemaSql } from '@supabase/lite'
import { checkDatabase, versionPrefix } from './check-database.ts'
import { runScript, type SqlClient } from './sql-client.ts'

/** Reads the SQL that prepares a database for the migrations. */
export async function readPreparationScript(): Promise<string> {
  const [roles, net, vault, extensions] = await Promise.all(
    ['roles.sql', '../pg-net/net.sql', '../vault/vault.sql', 'extensions.sql'].map((path) =>
      readFile(new URL(path, import.meta.url), 'utf8'),
    ),
  )
  return [getAuthSchemaSql(), roles, net, vault, extensions].join('\n')
}

/**
 * Gives a database everything that a hosted Supabase project has before its first migration: the roles `anon`,
 * `authenticated` and `service_role`, the schema `auth` with its tables and functions, and the schemas `net` and `vault`
 * with the interfaces of pg_net and Vault. Does nothing if the database is prepared already.
 *
 * It does not send the requests that `net` queues; `startNetWorker` does.
 *
 * @param client connected as a superuser
 * @throws `ERR_SANDBOX_DATABASE`, before any change, when the client is not a superuser or the database belongs to others
 */
export async function prepareDatabase(client: SqlClient): Promise<void> {
  const script = await readPreparationScript()
  // The script takes half a second. Its hash is stored as the version of an extension, to see whether it must run.
  const version = `${versionPrefix}-${createHash('sha256').update(script).digest('hex').slice(0, 16)}`
  if ((await checkDatabase(client)) === version) return
  await runScript(client, script)
  await client.query(
    `update pg_catalog.pg_extension set extversion = $1 where extname in ('pg_net', 'supabase_vault')`,
    [version],
  )
}
