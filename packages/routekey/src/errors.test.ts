import { globSync, readFileSync } from 'node:fs'

import { expect, it } from 'vitest'

import { RoutekeyError, errorMeanings } from './errors.ts'
import { denials } from './guard/denials.ts'

const document = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8')

const rowsUnder = (heading: string) =>
  (document.split(`## ${heading}\n`)[1] ?? '')
    .split('\n## ')[0]!
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .slice(2, -2)
        .split(' | ')
        .map((cell) => cell.trim()),
    )

it('lists every denial in docs/errors.md', () => {
  expect(rowsUnder('Denials')).toEqual(
    Object.entries(denials).map(([code, { status, meaning, remedy }]) => [
      `\`${code}\``,
      String(status),
      meaning,
      remedy,
    ]),
  )
})

it('lists every error in docs/errors.md', () => {
  expect(rowsUnder('Errors')).toEqual(Object.entries(errorMeanings).map(([code, meaning]) => [`\`${code}\``, meaning]))
})

it('has no error code that nothing throws', () => {
  const directory = new URL('.', import.meta.url)
  const sources = globSync('**/*.ts', { cwd: directory })
    .filter((path) => path !== 'errors.ts' && !path.endsWith('.test.ts'))
    .map((path) => readFileSync(new URL(path, directory), 'utf8'))
  expect(Object.keys(errorMeanings).filter((code) => !sources.some((text) => text.includes(`'${code}'`)))).toEqual([])
})

it('puts the code at the end of the message and keeps the cause', () => {
  const cause = new Error('inner')
  const error = new RoutekeyError('ERR_KEY_BITS', 'bits must be a whole number.', { cause })
  expect(error).toBeInstanceOf(Error)
  expect(error).toMatchObject({
    name: 'RoutekeyError',
    code: 'ERR_KEY_BITS',
    cause,
    message: 'bits must be a whole number. [ERR_KEY_BITS]',
  })
})
