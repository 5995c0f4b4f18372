import { randomUUID } from 'node:crypto'
import { link, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { uptime } from 'node:os'
import { resolve } from 'node:path'

import { DirectoryInUseError } from '../errors.ts'

const heldPaths = new Set<string>()

/**
 * Takes a data directory for this process. A lock that a killed process left behind is taken over.
 *
 * @returns A function that gives the directory back.
 * @throws {DirectoryInUseError} `ERR_SANDBOX_DIRECTORY_IN_USE`
 */
export async function lockDirectory(dir: string): Promise<() => Promise<void>> {
  const path = resolve(dir, 'lock')
  if (heldPaths.has(path)) throw new DirectoryInUseError(dir, process.pid)
  heldPaths.add(path)
  try {
    while (!(await tryCreate(path))) {
      const holder = await readLiveHolder(path)
      if (holder !== null) throw new DirectoryInUseError(dir, holder)
      await rm(path, { force: true })
    }
  } catch (error) {
    heldPaths.delete(path)
    throw error
  }
  return async () => {
    await rm(path, { force: true })
    heldPaths.delete(path)
  }
}

async function tryCreate(path: string): Promise<boolean> {
  // Linking a written file makes the lock appear with its content, so that no one reads it half written.
  const temporaryPath = `${path}.${randomUUID()}`
  await writeFile(temporaryPath, `${process.pid}\n`, { mode: 0o600 })
  try {
    await link(temporaryPath, path)
    return true
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false
    throw error
  } finally {
    await rm(temporaryPath)
  }
}

async function readLiveHolder(path: string): Promise<number | null> {
  try {
    const pid = Number.parseInt(await readFile(path, 'utf8'), 10)
    const { mtimeMs } = await stat(path)
    // Process ids start over with the machine, so one from before the last boot says nothing.
    const bootedAtMs = Date.now() - uptime() * 1000
    if (Number.isNaN(pid) || pid === process.pid || mtimeMs < bootedAtMs) return null
    return isRunning(pid) && !(await isZombie(pid)) ? pid : null
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null
    throw error
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // It runs, as another user.
    return hasCode(error, 'EPERM')
  }
}

/** A killed process keeps its number until its parent has asked for its exit code, which may be never in a container. */
async function isZombie(pid: number): Promise<boolean> {
  try {
    const status = await readFile(`/proc/${pid}/stat`, 'utf8')
    // The state follows the name, which stands in parentheses and may hold any character.
    return /^[ZX]/.test(status.slice(status.lastIndexOf(')') + 2))
  } catch {
    // No such file: the process has just ended, or the system has no /proc.
    return false
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
