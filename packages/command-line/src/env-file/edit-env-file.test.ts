import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, expect, it } from 'vitest'

import { editEnvFile } from './edit-env-file.ts'

let directory = ''
let path = ''
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'routekey-env-file-'))
  path = join(directory, '.env')
})
afterEach(() => {
  rmSync(directory, { recursive: true, force: true })
})

const mode = () => statSync(path).mode & 0o777
const append = (text: string) => `${text}B=2\n`

it('creates a file that only its owner can read, and leaves no other file behind', () => {
  expect(editEnvFile(path, append)).toEqual({ isNew: true, isChanged: true, isReadableByOthers: false })
  expect(readFileSync(path, 'latin1')).toBe('B=2\n')
  expect(mode()).toBe(0o600)
  expect(readdirSync(directory)).toEqual(['.env'])
})

it.each([
  [{}, 0o644, true],
  [{ makePrivate: true }, 0o600, false],
])('gives a file that it changes the mode that the caller wants: %j', (options, expected, isReadableByOthers) => {
  writeFileSync(path, 'A=1\n', { mode: 0o644 })
  expect(editEnvFile(path, append, options)).toEqual({ isNew: false, isChanged: true, isReadableByOthers })
  expect(mode()).toBe(expected)
})

it('leaves a file alone that does not change', () => {
  writeFileSync(path, 'A=1\n', { mode: 0o644 })
  const { ino } = statSync(path)
  expect(editEnvFile(path, (text) => text, { makePrivate: true })).toMatchObject({ isChanged: false })
  expect(statSync(path).ino).toBe(ino)
  expect(mode()).toBe(0o644)
  expect(readdirSync(directory)).toEqual(['.env'])
})

it('leaves the file and no lock when the edit throws', () => {
  writeFileSync(path, 'A=1\n')
  expect(() =>
    editEnvFile(path, () => {
      throw new Error('no')
    }),
  ).toThrow('no')
  expect(readFileSync(path, 'latin1')).toBe('A=1\n')
  expect(readdirSync(directory)).toEqual(['.env'])
})

it('refuses an edit while another one is under way, and loses neither change', () => {
  writeFileSync(path, 'A=1\n')
  const edit = (text: string) => {
    expect(() => editEnvFile(path, append)).toThrow(expect.objectContaining({ exitCode: 1 }))
    return append(text)
  }
  editEnvFile(path, edit)
  editEnvFile(path, (text) => `${text}C=3\n`)
  expect(readFileSync(path, 'latin1')).toBe('A=1\nB=2\nC=3\n')
})

it('edits the file that a link leads to', () => {
  writeFileSync(path, 'A=1\n')
  const link = join(directory, 'link')
  symlinkSync('.env', link)
  editEnvFile(link, append)
  expect(readFileSync(path, 'latin1')).toBe('A=1\nB=2\n')
  expect(readFileSync(link, 'latin1')).toBe('A=1\nB=2\n')
})
