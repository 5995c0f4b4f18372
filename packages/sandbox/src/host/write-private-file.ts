import { randomUUID } from 'node:crypto'
import { rename, rm, writeFile } from 'node:fs/promises'

/** Writes a file that only its owner can read. Readers, also after a crash, see the old text or the new, never a part. */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  const temporaryPath = `${path}.${randomUUID()}`
  try {
    await writeFile(temporaryPath, text, { mode: 0o600, flag: 'wx' })
    await rename(temporaryPath, path)
  } catch (error) {
    await rm(temporaryPath, { force: true })
    throw error
  }
}
