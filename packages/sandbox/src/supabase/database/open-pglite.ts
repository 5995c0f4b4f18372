import { readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { Kysely } from 'kysely'
import { createConnectionLock } from './connection-lock.ts'
import { createPgliteDialect } from './pglite-dialect.ts'
import { ensureTemplate, findTemplate } from './pglite-template.ts'
import { printErrorBriefly } from './print-error-briefly.ts'
import { keepGrants, type SandboxDatabase } from './sandbox-database.ts'

/**
 * Opens the PGlite of a data directory, and creates it the first time.
 *
 * A commit survives the death of the process, because it has been written to the log file. It can be lost in a power cut,
 * because PGlite does not sync.
 *
 * @param directory null for a database in memory
 */
export async function openPglite(directory: string | null): Promise<SandboxDatabase> {
  const { createPgliteConnection } = await import('@supabase/lite/pglite')
  if (directory !== null) await ensureDataDirectory(directory)
  const connection = await createPgliteConnection(
    directory === null ? { pgliteOptions: { loadDataDir: await ensureTemplate() } } : { url: directory },
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

/** Creates the data directory under another name and then renames it, so that a crash never leaves a part of one. */
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
