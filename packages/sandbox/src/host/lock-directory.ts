import { randomUUID } from 'node:crypto'
import { link, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { uptime } from 'node:os'
import { resolve } from 'node:path'
import { SandboxError } from '../errors.ts'
import { hasCode } from './has-code.ts'

const lockedPaths = new Set<string>()

/**
 * Locks a data directory for this process. It takes over a lock that a killed process left.
 *
 * @returns a function that unlocks the directory
 * @throws `ERR_SANDBOX_DIRECTORY_IN_USE` when a running sandbox has the lock
 */
export async function lockDirectory(dir: string): Promise<() => Promise<void>> {
  const path = resolve(dir, 'lock')
  if (lockedPaths.has(path)) throw inUse(dir, process.pid)
  lockedPaths.add(path)
  try {
    while (!(await tryCreate(path))) {
      const pid = await readRunningHolder(path)
      if (pid !== null) throw inUse(dir, pid)
      await rm(path, { force: true })
    }
  } catch (error) {
    lockedPaths.delete(path)
    throw error
  }
  return async () => {
    await rm(path, { force: true })
    lockedPaths.delete(path)
  }
}

function inUse(dir: string, pid: number): SandboxError {
  return new SandboxError(
    'ERR_SANDBOX_DIRECTORY_IN_USE',
    `A sandbox is already running in ${dir} (process ${pid}). Stop it, or set SANDBOX_DIR to another directory.`,
  )
}

async function tryCreate(path: string): Promise<boolean> {
  // A link to a complete file makes the lock appear with its content, so that nobody reads a part of it.
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

async function readRunningHolder(path: string): Promise<number | null> {
  try {
    const pid = Number.parseInt(await readFile(path, 'utf8'), 10)
    const { mtimeMs } = await stat(path)
    // Process ids restart with the machine, so an id from before the last boot means nothing.
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
    // It runs as another user.
    return hasCode(error, 'EPERM')
  }
}

/** A killed process keeps its id until its parent reads its exit code, which in a container can be never. */
async function isZombie(pid: number): Promise<boolean> {
  try {
    const status = await readFile(`/proc/${pid}/stat`, 'utf8')
    // The state follows the name, which is in parentheses and can hold any character.
    return /^[ZX]/.test(status.slice(status.lastIndexOf(')') + 2))
  } catch {
    // The process has just ended, or the system has no /proc.
    return false
  }
}
