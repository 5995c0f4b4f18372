import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir, uptime } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { lockDirectory } from './lock-directory.ts'

let directory: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'routekey-lock-'))
})

afterEach(() => rm(directory, { recursive: true }))

const lockAndUnlock = async () => (await lockDirectory(directory))()

const inUseBy = (pid: number | undefined) => ({
  code: 'ERR_SANDBOX_DIRECTORY_IN_USE',
  message: `A sandbox is already running in ${directory} (process ${pid}). Stop it, or set SANDBOX_DIR to another directory.`,
})

it('refuses a second lock in this process until the first is released', async () => {
  const unlock = await lockDirectory(directory)
  await expect(lockDirectory(directory)).rejects.toMatchObject(inUseBy(process.pid))
  await unlock()
  await expect(lockAndUnlock()).resolves.toBeUndefined()
  expect(await readdir(directory)).toEqual([])
})

it('refuses while another process has the lock, and takes over when that process is killed', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
  await writeFile(join(directory, 'lock'), `${child.pid}\n`)
  await expect(lockDirectory(directory)).rejects.toMatchObject(inUseBy(child.pid))

  child.kill('SIGKILL')
  await once(child, 'exit')
  await expect(lockAndUnlock()).resolves.toBeUndefined()
})

it.runIf(existsSync('/proc/self/stat'))('takes over from a killed process that is a zombie', async () => {
  // The shell starts a process, prints its id, and becomes a process that never waits for it.
  const script = 'sleep 60 & echo $!; exec sleep 60'
  const parent = spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [printed] = await once(parent.stdout.setEncoding('utf8'), 'data')
  const pid = Number(printed)
  await writeFile(join(directory, 'lock'), `${pid}\n`)
  await expect(lockDirectory(directory)).rejects.toMatchObject(inUseBy(pid))

  process.kill(pid, 'SIGKILL')
  await vi.waitFor(lockAndUnlock, { timeout: 60_000 })
  expect(() => process.kill(pid, 0)).not.toThrow()
  parent.kill()
  await once(parent, 'exit')
})

it('takes over from an earlier process with the same id, as after the restart of a container', async () => {
  await writeFile(join(directory, 'lock'), `${process.pid}\n`)
  await expect(lockAndUnlock()).resolves.toBeUndefined()
})

it('takes over a lock from before the machine started, even if its process id is in use', async () => {
  const path = join(directory, 'lock')
  await writeFile(path, '1\n')
  const beforeBoot = Date.now() / 1000 - uptime() - 60
  await utimes(path, beforeBoot, beforeBoot)
  await expect(lockAndUnlock()).resolves.toBeUndefined()
})

it('takes over a lock without a process id', async () => {
  await writeFile(join(directory, 'lock'), '')
  await expect(lockAndUnlock()).resolves.toBeUndefined()
})

it('takes over from a process that ended without removing its lock', async () => {
  const { pid } = spawnSync(process.execPath, ['-e', ''])
  await writeFile(join(directory, 'lock'), `${pid}\n`)
  await expect(lockAndUnlock()).resolves.toBeUndefined()
})
