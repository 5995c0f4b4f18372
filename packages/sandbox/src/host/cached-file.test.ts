import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { ensureCachedFile, readCachedFile } from './cached-file.ts'

async function createDirectory(): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), 'routekey-cache-'))
  onTestFinished(() => rm(parent, { recursive: true }))
  return join(parent, 'cache')
}

const bytes = (text: string) => new TextEncoder().encode(text)

it('creates the file once when several callers need it, and gives each of them its content', async () => {
  const file = { directory: await createDirectory(), name: 'a.tar' }
  expect(await readCachedFile(file)).toBeNull()
  let created = 0
  const create = async () => {
    created += 1
    await nextTurn()
    return bytes('content')
  }
  const contents = await Promise.all(Array.from({ length: 5 }, () => ensureCachedFile(file, create)))
  expect(contents).toEqual(Array.from({ length: 5 }, () => bytes('content')))
  expect(created).toBe(1)
  expect(await readCachedFile(file)).toEqual(bytes('content'))
  expect(await readdir(file.directory)).toEqual(['a.tar'])
})

it('lets another caller create the file when one fails', async () => {
  const file = { directory: await createDirectory(), name: 'a.tar' }
  await expect(ensureCachedFile(file, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
  expect(await ensureCachedFile(file, async () => bytes('content'))).toEqual(bytes('content'))
})

it('removes outdated files', async () => {
  const directory = await createDirectory()
  await ensureCachedFile({ directory, name: 'old.tar' }, async () => bytes('old'))
  await ensureCachedFile({ directory, name: 'new.tar' }, async () => bytes('new'))
  expect(await readdir(directory)).toEqual(['new.tar'])
})
