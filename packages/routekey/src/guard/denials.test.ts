import { readFileSync } from 'node:fs'

import { expect, it } from 'vitest'

import { denials, errorMeanings } from './denials.ts'
import { type AdapterErrorCode, adapterError, adapterRemedies } from '../adapter-error.ts'
import { RoutekeyError } from '../errors.ts'
import { type CoreErrorCode, remedies } from '../remedies.ts'

const document = readFileSync(new URL('../../../../docs/errors.md', import.meta.url), 'utf8')

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
    Object.entries({ ...remedies, ...adapterRemedies }).map(([code, remedy]) => [
      `\`${code}\``,
      Reflect.get(errorMeanings, code),
      remedy,
    ]),
  )
})

it('an error carries its code, its cause, and the remedy in its message', () => {
  const cause = new Error('inner')
  for (const code of Object.keys(remedies).filter((key): key is CoreErrorCode => key in remedies)) {
    const error = new RoutekeyError(code, 'It broke', { cause })
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({
      name: 'RoutekeyError',
      code,
      cause,
      message: `It broke. ${remedies[code]} [${code}]`,
    })
  }
  for (const code of Object.keys(adapterRemedies).filter((key): key is AdapterErrorCode => key in adapterRemedies)) {
    expect(adapterError(code, 'It broke')).toMatchObject({
      code,
      message: `It broke. ${adapterRemedies[code]} [${code}]`,
    })
  }
})
