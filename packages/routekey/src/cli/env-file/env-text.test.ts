import { parseEnv } from 'node:util'

import { parse as parseDotenv } from 'dotenv'
import * as fc from 'fast-check'
import { expect, it } from 'vitest'

import { parseAssignments } from './env-text.ts'
import { addSecret } from '../commands/generate.ts'
import { finishRotation, rotateSecret } from '../commands/rotate.ts'

const secret = 'rk_tsA4PVQMhmowWB5JEuNNu7g1IpaVUFKdUvje35XpVAX4CSPJs'
const fresh = 'rk_MlwXoKP7PuEPKcKwov6Y2Zn5IR9X1DP9U2X8sIZcc5R2kfM8I'

// Lines as people write them, with what makes parsers trip: quotes that span lines, stray quotes, names inside values.
const name = fc.constantFrom('A', 'B', 'S_OTHER', 'XS', 'NEXT_PUBLIC_URL')
const value = fc.oneof(
  fc.constantFrom(
    '',
    '1',
    'a b',
    "it's",
    '"',
    "'",
    '`',
    '"x" y',
    '"a\nS=no\nb"',
    "'#'",
    '"a#b" # c',
    'x # S=no',
    '\\"',
    '"a\\"b"',
    '$HOME',
    '"open\n',
    '\u00c3\u00a0',
  ),
  fc.stringMatching(/^[a-z"'`#=\\ $]{0,12}$/),
)
const line = fc.oneof(
  fc
    .tuple(fc.constantFrom('', 'export ', '  '), name, fc.constantFrom('=', ' = ', '= '), value)
    .map((parts) => parts.join('')),
  fc.constantFrom('', '# S=no', '#', 'S', 'no assignment here', '\t'),
)
const lines = fc.array(line, { maxLength: 6 })
const file = fc.tuple(lines, fc.constantFrom('\n', '\r\n'), fc.boolean()).map(([all, lineBreak, isClosed]) => {
  const text = all.join('\n').replaceAll('\n', lineBreak)
  return isClosed ? text + lineBreak : text
})

it('finds the same assignments as dotenv', () => {
  fc.assert(
    fc.property(file, (text) => {
      const ours = new Map(parseAssignments(text).map((assignment) => [assignment.name, assignment.quote]))
      expect([...ours.keys()].toSorted()).toEqual(Object.keys(parseDotenv(text)).toSorted())
    }),
    { numRuns: 3000 },
  )
})

it('adds a secret that dotenv and Node.js read, and changes nothing else that they read', () => {
  fc.assert(
    fc.property(file, (text) => {
      const edited = addSecret(text, 'S', secret, '.env')
      expect(parseDotenv(edited)).toEqual({ ...parseDotenv(text), S: secret })
      expect(edited.startsWith(text)).toBe(true)
    }),
    { numRuns: 3000 },
  )
})

it('rotates between any lines, and leaves only the value changed once it is finished', () => {
  const style = fc.constantFrom(`S=${secret}`, `export S="${secret}" # why`, `  S = '${secret}'`, `S: ${secret}`)
  fc.assert(
    fc.property(lines, style, lines, fc.constantFrom('\n', '\r\n'), (before, own, after, lineBreak) => {
      const text = [...before, own, ...after].join('\n').replaceAll('\n', lineBreak)
      fc.pre(parseAssignments(text).filter((assignment) => assignment.name === 'S').length === 1)
      fc.pre(parseDotenv(text)['S'] === secret)
      const rotated = rotateSecret(text, 'S', fresh, '.env')
      expect(parseDotenv(rotated)).toEqual({ ...parseDotenv(text), S: fresh, S_PREVIOUS: secret })
      expect(finishRotation(rotated, 'S', '.env')).toBe(text.replace(secret, fresh))
    }),
    { numRuns: 2000 },
  )
})

it('writes what Node.js reads from plain files too', () => {
  for (const text of ['', 'A=1\n', 'A="x\ny"\n', 'export A=1', '# c\r\nA=1\r\n']) {
    expect(parseEnv(addSecret(text, 'S', secret, '.env'))).toEqual({ ...parseEnv(text), S: secret })
  }
})

it('handles any bytes without throwing, keeping them all', () => {
  const bytes = fc.uint8Array({ maxLength: 200 }).map((all) => Buffer.from(all).toString('latin1'))
  fc.assert(
    fc.property(bytes, (text) => {
      fc.pre(!text.includes('S'))
      expect(addSecret(text, 'S', secret, '.env').startsWith(text)).toBe(true)
    }),
  )
})
