import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { PGlite } from '@electric-sql/pglite'

import { prepareDatabase, readPreparationScript } from './prepare-database.ts'

const cacheDirectory = fileURLToPath(new URL('../../../../../node_modules/.cache/routekey-sandbox', import.meta.url))

/**
 * Returns a dump of a prepared PGlite for its option `loadDataDir`. Creating a cluster takes 3 seconds and loading a dump
 * half of one, so the dump is kept below `node_modules/.cache`.
 */
export async function loadTemplate(directory = cacheDirectory): Promise<Blob> {
  return (await findTemplate(directory)) ?? createTemplate(directory)
}

/** Returns the dump that {@link loadTemplate} keeps, or null when it has made none yet. */
export async function findTemplate(directory = cacheDirectory): Promise<Blob | null> {
  try {
    // Read as a whole at once, because another process may put its own in the file's place.
    return new Blob([await readFile(await findPath(directory))])
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}

async function findPath(directory: string): Promise<string> {
  return join(directory, `template-${await hashContents()}.tar`)
}

/** Changes with everything that the dump depends on: the scripts and the versions of the packages. */
async function hashContents(): Promise<string> {
  const packageJson = await readFile(new URL('../../../package.json', import.meta.url), 'utf8')
  return createHash('sha256')
    .update(await readPreparationScript())
    .update(packageJson)
    .digest('hex')
    .slice(0, 16)
}

async function createTemplate(directory: string): Promise<Blob> {
  const database = await PGlite.create()
  await prepareDatabase(database)
  const dump = await database.dumpDataDir('none')
  await database.close()

  const path = await findPath(directory)
  await mkdir(directory, { recursive: true })
  const outdated = (await readdir(directory)).filter((name) => name.endsWith('.tar') && name !== basename(path))
  await Promise.all(outdated.map((name) => rm(join(directory, name), { force: true })))
  // Several processes may do this at once: each writes a file of its own, and the rename is atomic.
  const temporaryPath = `${path}.${randomUUID()}`
  await writeFile(temporaryPath, dump.stream())
  await rename(temporaryPath, path)
  return dump
}
