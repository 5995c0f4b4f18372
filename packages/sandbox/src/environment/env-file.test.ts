import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEnv } from 'node:util'

import { afterEach, beforeEach, expect, it } from 'vitest'

import { readEnvFile, writeEnvFile } from './env-file.ts'

let directory: string
let path: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'routekey-env-'))
  path = join(directory, '.env.local')
})

afterEach(() => rm(directory, { recursive: true }))

const read = () => readFile(path, 'utf8')

it('reads no variables from a file that does not exist', async () => {
  expect(await readEnvFile(path)).toEqual({})
})

it('creates the file with mode 600 and leaves no other file behind', async () => {
  await writeEnvFile(path, { add: { A: '1' }, refresh: { B: '2' } })
  expect(parseEnv(await read())).toEqual({ A: '1', B: '2' })
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  expect(await readdir(directory)).toEqual(['.env.local'])
})

it('keeps every existing value except one to refresh', async () => {
  await writeFile(path, 'A=mine\nB=old\n')
  await writeEnvFile(path, { add: { A: 'other', C: '3' }, refresh: { B: 'new' } })
  expect(await read()).toBe('A=mine\nB=new\nC=3\n')
})

it('fills in a variable without a value', async () => {
  await writeFile(path, 'A=\n# the next\nB=""\n')
  await writeEnvFile(path, { add: { A: '1', B: '2' }, refresh: {} })
  expect(await read()).toBe('A=1\n# the next\nB="2"\n')
})

it('keeps comments, order, quotes, exports and the missing line break at the end', async () => {
  const text = `# top\n\nexport A="old" # of the sandbox\nOTHER='a # b'\n#A=disabled\nLAST=x`
  await writeFile(path, text)
  await writeEnvFile(path, { add: { NEW: '1' }, refresh: { A: 'new' } })
  expect(await read()).toBe(`# top\n\nexport A="new" # of the sandbox\nOTHER='a # b'\n#A=disabled\nLAST=x\nNEW=1`)
})

it('changes the last of several assignments, because that one counts', async () => {
  await writeFile(path, 'A=1\nA=2\n')
  await writeEnvFile(path, { add: {}, refresh: { A: '3' } })
  expect(await read()).toBe('A=1\nA=3\n')
})

it('does not confuse a variable with a longer name', async () => {
  await writeFile(path, 'A_PREVIOUS=1\nMY_A=2\n')
  await writeEnvFile(path, { add: { A: '3' }, refresh: {} })
  expect(await read()).toBe('A_PREVIOUS=1\nMY_A=2\nA=3\n')
})

it('keeps Windows line breaks', async () => {
  await writeFile(path, 'A=1\r\nB=2\r\n')
  await writeEnvFile(path, { add: {}, refresh: { A: '3' } })
  expect(await read()).toBe('A=3\r\nB=2\r\n')
})

it('writes nothing if nothing changes', async () => {
  await writeFile(path, 'A=1\n', { mode: 0o644 })
  await chmod(path, 0o644)
  await writeEnvFile(path, { add: { A: 'other' }, refresh: { A: '1' } })
  expect((await stat(path)).mode & 0o777).toBe(0o644)
})

it('does not edit inside a value of several lines', async () => {
  const text = 'KEY="first\nA=inside\nlast"\n'
  await writeFile(path, text)
  await writeEnvFile(path, { add: {}, refresh: { A: 'x' } })
  expect(await read()).toBe(`${text}A=x\n`)
})

it('makes a file private that it changes', async () => {
  await writeFile(path, 'A=1\n', { mode: 0o644 })
  await writeEnvFile(path, { add: { B: '2' }, refresh: {} })
  expect((await stat(path)).mode & 0o777).toBe(0o600)
})

it('refuses to write while another command edits the file, and changes nothing', async () => {
  await writeFile(path, 'A=1\n')
  await writeFile(`${path}.lock`, '')
  await expect(writeEnvFile(path, { add: { B: '2' }, refresh: {} })).rejects.toMatchObject({
    code: 'ERR_SANDBOX_ENV_FILE',
    message: expect.stringContaining(`delete ${path}.lock`),
  })
  expect(await read()).toBe('A=1\n')
})

it('follows a link to the file', async () => {
  const target = join(directory, 'target')
  await writeFile(target, 'A=1\n')
  await symlink(target, path)
  await writeEnvFile(path, { add: { B: '2' }, refresh: {} })
  expect(await readFile(target, 'utf8')).toBe('A=1\nB=2\n')
})
