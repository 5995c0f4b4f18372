import { readFileSync } from 'node:fs'

import { expect, it } from 'vitest'

import { type ErrorCode, denials, errors } from './codes.ts'
import { RoutekeyError } from './errors.ts'

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

it('docs/errors.md shows each denial as it is', () => {
  expect(rowsUnder('Denials')).toEqual(
    Object.entries(denials).map(([code, { status, publicText, meaning, remedy }]) => [
      `\`${code}\``,
      String(status),
      publicText,
      meaning,
      remedy,
    ]),
  )
})

it('docs/errors.md shows each error as it is', () => {
  expect(rowsUnder('Errors')).toEqual(
    Object.entries(errors).map(([code, { meaning, remedy }]) => [`\`${code}\``, meaning, remedy]),
  )
})

it('an error carries its code, its cause, and the remedy in its message', () => {
  const cause = new Error('inner')
  for (const code of Object.keys(errors).filter((key): key is ErrorCode => key in errors)) {
    const error = new RoutekeyError(code, 'It broke', { cause })
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({
      name: 'RoutekeyError',
      code,
      cause,
      message: `It broke. ${errors[code].remedy} [${code}]`,
    })
  }
})
