import { readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname } from 'node:path'

import { PGlite } from '@electric-sql/pglite'
import type { Connection } from '@supabase/lite'
import { Kysely } from 'kysely'

import { createConnectionLock } from './connection-lock.ts'
import { createPgliteDialect } from './pglite-dialect.ts'
import { printErrorBriefly } from './print-error-briefly.ts'
import type { SqlClient } from './sql-client.ts'
import { findTemplate, loadTemplate } from './template.ts'

/** The database behind the embedded Supabase. */
export interface SandboxDatabase {
  /** For `@supabase/lite`'s `App`. */
  readonly connection: Connection
  /** Runs one statement, outside of any request. */
  readonly query: SqlClient['query']
  /** Holds one connection while `work` runs, so that it can use transactions. */
  readonly withClient: <Result>(work: (client: SqlClient) => Promise<Result>) => Promise<Result>
  /** Calls back when a committed transaction has notified the channel. */
  readonly listen: (channel: string, onNotify: () => void) => Promise<void>
  /** Runs the handling of one HTTP request. */
  readonly runRequest: <Result>(work: () => Promise<Result>) => Promise<Result>
  readonly close: () => Promise<void>
}

/**
 * Opens the PGlite of a data directory, creating it the first time. What was committed survives the death of the process:
 * every commit has left the process by a write to the log file. It does not survive a power cut, for PGlite does not sync.
 *
 * @param directory Path, or null for a database in memory.
 */
export async function openPglite(directory: string | null): Promise<SandboxDatabase> {
  const { createPgliteConnection } = await import('@supabase/lite/pglite')
  if (directory !== null) await ensureDataDirectory(directory)
  const connection = await createPgliteConnection(
    directory === null ? { pgliteOptions: { loadDataDir: await loadTemplate() } } : { url: directory },
  )
  const database = connection.driver
  await database.waitReady
  const lock = createConnectionLock()
  connection.kysely = new Kysely({ dialect: createPgliteDialect(database, lock) })
  keepGrants(connection)
  connection.normalizeDbError = printErrorBriefly
  return {
    connection,
    query: (text, values) => lock.hold(() => database.query(text, values)),
    withClient: (work) => lock.hold(() => work(database)),
    listen: async (channel, onNotify) => {
      await lock.hold(() => database.listen(channel, onNotify))
    },
    runRequest: lock.runRequest,
    close: () => connection.close(),
  }
}

/** Creates the data directory beside its place and moves it there when it is whole, so that a crash leaves no half of one. */
async function ensureDataDirectory(directory: string): Promise<void> {
  if ((await readdir(dirname(directory))).includes(basename(directory))) return
  const unfinished = `${directory}.unfinished`
  await rm(unfinished, { recursive: true, force: true })
  const template = await findTemplate()
  const database = await PGlite.create({
    dataDir: unfinished,
    ...(template === null ? {} : { loadDataDir: template }),
  })
  await database.close()
  await rename(unfinished, directory)
}

/**
 * Opens a real Postgres.
 *
 * @param url Its address, with a user who is a superuser.
 */
export async function openPostgres(url: string): Promise<SandboxDatabase> {
  const { createPostgresConnection } = await import('@supabase/lite/postgres')
  const connection = createPostgresConnection({ url, postgresOptions: { onnotice: () => {} } })
  const sql = connection.driver
  keepGrants(connection)
  connection.normalizeDbError = printErrorBriefly
  return {
    connection,
    query: async (text, values) => ({ rows: await sql.unsafe(text, values) }),
    async withClient(work) {
      const reserved = await sql.reserve()
      try {
        return await work({
          query: async (text, values) => ({ rows: await reserved.unsafe(text, values) }),
          exec: (script) => reserved.unsafe(script).simple(),
        })
      } finally {
        reserved.release()
      }
    },
    listen: async (channel, onNotify) => {
      await sql.listen(channel, onNotify)
    },
    runRequest: (work) => work(),
    close: () => connection.close(),
  }
}

/**
 * Keeps `@supabase/lite` from granting all tables of a schema to the API roles at its first request, which would undo what
 * the migrations revoked. It does so once it finds row-level security in use, unless it has noted that it did already.
 */
function keepGrants(connection: Connection): void {
  Object.assign(connection, { rlsState: 'active' })
}
