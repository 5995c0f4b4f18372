import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { PGlite } from '@electric-sql/pglite'
import { z } from 'zod'
import { ensureCachedFile, readCachedFile } from '../../host/cached-file.ts'
import { prepareDatabase, readPreparationScript } from './prepare-database.ts'

const cacheDirectory = fileURLToPath(new URL('../../../../../node_modules/.cache/routekey-sandbox', import.meta.url))

const packageJsonSchema = z.object({ dependencies: z.object({ '@electric-sql/pglite': z.string() }) })

/**
 * Returns a dump of a prepared PGlite, for its option `loadDataDir`, and creates the dump the first time. Creating a
 * cluster takes 3 seconds of a processor and loading a dump half a second, so the dump is stored below
 * `node_modules/.cache`. If several processes need it, one creates it and the others wait.
 */
export async function ensureTemplate(directory = cacheDirectory): Promise<Blob> {
  return new Blob([await ensureCachedFile({ directory, name: await templateName() }, createTemplate)])
}

/** Returns the stored dump, or null if there is none. */
export async function findTemplate(directory = cacheDirectory): Promise<Blob | null> {
  const content = await readCachedFile({ directory, name: await templateName() })
  return content === null ? null : new Blob([content])
}

async function createTemplate(): Promise<Uint8Array<ArrayBuffer>> {
  const database = await PGlite.create()
  await prepareDatabase(database)
  const dump = await database.dumpDataDir('none')
  await database.close()
  return new Uint8Array(await dump.arrayBuffer())
}

/** The name changes with everything that the dump depends on: the SQL and the version of PGlite. */
async function templateName(): Promise<string> {
  const packageJson: unknown = JSON.parse(await readFile(new URL('../../../package.json', import.meta.url), 'utf8'))
  const { dependencies } = packageJsonSchema.parse(packageJson)
  const hash = createHash('sha256')
    .update(dependencies['@electric-sql/pglite'])
    .update(await readPreparationScript())
    .digest('hex')
  return `template-${hash.slice(0, 16)}.tar`
}
