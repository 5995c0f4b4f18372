import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { SandboxError } from '../errors.ts'
import { hasCode } from './has-code.ts'
import { lockDirectory } from './lock-directory.ts'

/** A file that can be created again. Its name changes with its content: other files of its extension are outdated. */
export interface CachedFile {
  readonly directory: string
  readonly name: string
}

const pollIntervalMs = 50

/** Reads a cached file, or returns null if it does not exist. */
export async function readCachedFile({ directory, name }: CachedFile): Promise<Uint8Array<ArrayBuffer> | null> {
  try {
    return new Uint8Array(await readFile(join(directory, name)))
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null
    throw error
  }
}

/** Reads a cached file, and creates it if it does not exist. One process creates it, and the others wait. */
export async function ensureCachedFile(
  file: CachedFile,
  create: () => Promise<Uint8Array<ArrayBuffer>>,
): Promise<Uint8Array<ArrayBuffer>> {
  const existing = await readCachedFile(file)
  if (existing !== null) return existing
  const unlock = await waitForLock(file.directory)
  try {
    const createdMeanwhile = await readCachedFile(file)
    if (createdMeanwhile !== null) return createdMeanwhile
    const content = await create()
    await replaceFile(file, content)
    return content
  } finally {
    await unlock()
  }
}

async function waitForLock(directory: string): Promise<() => Promise<void>> {
  await mkdir(directory, { recursive: true })
  for (;;) {
    try {
      return await lockDirectory(directory)
    } catch (error) {
      if (!(error instanceof SandboxError)) throw error
      await delay(pollIntervalMs)
    }
  }
}

async function replaceFile({ directory, name }: CachedFile, content: Uint8Array): Promise<void> {
  // Readers do not lock, so the file must appear with its content.
  const temporaryPath = join(directory, `${name}.${randomUUID()}`)
  await writeFile(temporaryPath, content)
  await rename(temporaryPath, join(directory, name))
  const outdated = (await readdir(directory)).filter((other) => extname(other) === extname(name) && other !== name)
  await Promise.all(outdated.map((other) => rm(join(directory, other), { force: true })))
}
