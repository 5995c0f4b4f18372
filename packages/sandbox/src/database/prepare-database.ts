import { readFile } from 'node:fs/promises'

import { getAuthSchemaSql } from '@supabase/lite'

import { runScript, type SqlClient } from './sql-client.ts'

/** Reads what a database needs before the migrations, in the order in which it is applied. */
export async function readPreparationScript(): Promise<string> {
  const [roles, net, vault, extensions] = await Promise.all(
    ['roles', 'net', 'vault', 'extensions'].map((name) =>
      readFile(new URL(`sql/${name}.sql`, import.meta.url), 'utf8'),
    ),
  )
  return [getAuthSchemaSql(), roles, net, vault, extensions].join('\n')
}

/**
 * Gives a database what a hosted Supabase project has before its first migration: the roles `anon`, `authenticated` and
 * `service_role`, the schema `auth` with its tables and functions, and the schemas `net` and `vault` with the interfaces of
 * pg_net and Vault. Safe to repeat. Does not send what `net` queues; see `startNetWorker`.
 *
 * @param client - Connected as a superuser.
 */
export async function prepareDatabase(client: SqlClient): Promise<void> {
  await runScript(client, await readPreparationScript())
}
