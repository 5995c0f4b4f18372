import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir, uptime } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import { lockDirectory } from './directory-lock.ts'

let directory: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'routekey-lock-'))
})

afterEach(() => rm(directory, { recursive: true }))

const lockAndUnlock = async () => (await lockDirectory(directory))()

it('refuses a second holder in this process, until the first gives it back', async () => {
  const unlock = await lockDirectory(directory)
  await expect(lockDirectory(directory)).rejects.toMatchObject({
    code: 'ERR_SANDBOX_DIRECTORY_IN_USE',
    pid: process.pid,
    message: expect.stringContaining('SANDBOX_DIR'),
  })
  await unlock()
  await expect(lockAndUnlock()).resolves.toBeUndefined()
  expect(await readdir(directory)).toEqual([])
})

it('refuses while the process that holds it lives, and takes over when it was killed', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
  await writeFile(join(directory, 'lock'), `${child.pid}\n`)
  await expect(lockDirectory(directory)).rejects.toMatchObject({ pid: child.pid })

  child.kill('SIGKILL')
  await once(child, 'exit')
  await expect(lockAndUnlock()).resolves.toBeUndefined()
})

it.runIf(existsSync('/proc/self/stat'))('takes over from a killed process that nobody has reaped', async () => {
  // The shell starts a process, becomes one that never waits for it, and tells its number.
  const script = 'sleep 60 & echo $!; exec sleep 60'
  const parent = spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [told] = await once(parent.stdout.setEncoding('utf8'), 'data')
  const pid = Number(told)
  await writeFile(join(directory, 'lock'), `${pid}\n`)
  await expect(lockDirectory(directory)).rejects.toMatchObject({ pid })

  process.kill(pid, 'SIGKILL')
  await vi.waitFor(lockAndUnlock)
  expect(() => process.kill(pid, 0)).not.toThrow()
  parent.kill()
  await once(parent, 'exit')
})

it('takes over from a process that had this process’s id, as after the restart of a container', async () => {
  await writeFile(join(directory, 'lock'), `${process.pid}\n`)
  await expect(lockAndUnlock()).resolves.toBeUndefined()
})

it('takes over a lock from before the machine started, whoever has its number now', async () => {
  const path = join(directory, 'lock')
  await writeFile(path, '1\n')
  const beforeBoot = Date.now() / 1000 - uptime() - 60
  await utimes(path, beforeBoot, beforeBoot)
  await expect(lockAndUnlock()).resolves.toBeUndefined()
})

it('takes over a lock that names no process', async () => {
  await writeFile(join(directory, 'lock'), '')
  await expect(lockAndUnlock()).resolves.toBeUndefined()
})

it('takes over from a process that ended without cleaning up', async () => {
  const { pid } = spawnSync(process.execPath, ['-e', ''])
  await writeFile(join(directory, 'lock'), `${pid}\n`)
  await expect(lockAndUnlock()).resolves.toBeUndefined()
})
