import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'

import { getAuthSchemaSql } from '@supabase/lite'
import { z } from 'zod'

import { SandboxError } from '../../errors.ts'
import { runScript, type SqlClient } from './sql-client.ts'

const extensionVersionSchema = z.array(z.object({ extversion: z.string() }))
const versionPrefix = 'sandbox'

/** Reads what a database needs before the migrations, in the order in which it is applied. */
export async function readPreparationScript(): Promise<string> {
  const [roles, net, vault, extensions] = await Promise.all(
    ['roles.sql', '../pg-net/net.sql', '../vault/vault.sql', 'extensions.sql'].map((path) =>
      readFile(new URL(path, import.meta.url), 'utf8'),
    ),
  )
  return [getAuthSchemaSql(), roles, net, vault, extensions].join('\n')
}

/**
 * Gives a database what a hosted Supabase project has before its first migration: the roles `anon`, `authenticated` and
 * `service_role`, the schema `auth` with its tables and functions, and the schemas `net` and `vault` with the interfaces of
 * pg_net and Vault. Does nothing where that has been done. Does not send what `net` queues; see `startNetWorker`.
 *
 * @param client Connected as a superuser.
 * @throws {SandboxError} `ERR_SANDBOX_DATABASE` if the database has the real pg_net.
 */
export async function prepareDatabase(client: SqlClient): Promise<void> {
  const script = await readPreparationScript()
  // The script takes half a second, so its hash is kept where the version of an extension has its place.
  const version = `${versionPrefix}-${createHash('sha256').update(script).digest('hex').slice(0, 16)}`
  const { rows } = await client.query(`select extversion from pg_catalog.pg_extension where extname = 'pg_net'`)
  const [installed] = extensionVersionSchema.parse(rows)
  if (installed?.extversion === version) return
  if (installed !== undefined && !installed.extversion.startsWith(versionPrefix)) {
    throw new SandboxError(
      'ERR_SANDBOX_DATABASE',
      'DATABASE_URL names a database that has pg_net, as Supabase’s own have. Set the variables of that Supabase instead.',
    )
  }
  await runScript(client, script)
  await client.query(
    `update pg_catalog.pg_extension set extversion = $1 where extname in ('pg_net', 'supabase_vault')`,
    [version],
  )
}
