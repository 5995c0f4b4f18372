import { createHash, randomUUID } from 'node:crypto'
import { openAsBlob } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { PGlite } from '@electric-sql/pglite'

import { prepareDatabase, readPreparationScript } from './prepare-database.ts'

const CACHE_DIRECTORY = fileURLToPath(new URL('../../../../node_modules/.cache/routekey-sandbox', import.meta.url))

/**
 * Returns a dump of a prepared PGlite for its option `loadDataDir`. Creating a cluster takes 3 seconds and loading a dump
 * half of one, so the dump is kept below `node_modules/.cache`.
 */
export async function loadTemplate(): Promise<Blob> {
  const path = await findPath()
  if (!(await exists(path))) await createTemplate(path)
  return openAsBlob(path)
}

/** Returns the dump that {@link loadTemplate} keeps, or null when it has made none yet. */
export async function findTemplate(): Promise<Blob | null> {
  const path = await findPath()
  return (await exists(path)) ? openAsBlob(path) : null
}

async function findPath(): Promise<string> {
  return join(CACHE_DIRECTORY, `template-${await hashContents()}.tar`)
}

/** Changes with everything that the dump depends on: the scripts and the versions of the packages. */
async function hashContents(): Promise<string> {
  const packageJson = await readFile(new URL('../../package.json', import.meta.url), 'utf8')
  return createHash('sha256')
    .update(await readPreparationScript())
    .update(packageJson)
    .digest('hex')
    .slice(0, 16)
}

async function createTemplate(path: string): Promise<void> {
  const database = await PGlite.create()
  await prepareDatabase(database)
  const dump = await database.dumpDataDir('none')
  await database.close()

  await mkdir(CACHE_DIRECTORY, { recursive: true })
  const outdated = (await readdir(CACHE_DIRECTORY)).filter((name) => name.endsWith('.tar'))
  await Promise.all(outdated.map((name) => rm(join(CACHE_DIRECTORY, name), { force: true })))
  // Several processes may do this at once: each writes a file of its own, and the rename is atomic.
  const temporaryPath = `${path}.${randomUUID()}`
  await writeFile(temporaryPath, dump.stream())
  await rename(temporaryPath, path)
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
