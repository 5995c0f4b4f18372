import { parse as parseDotenv } from 'dotenv'
import * as fc from 'fast-check'
import { expect, it } from 'vitest'

import { envFileLines, envFileText } from '../testing/env-file-text.ts'
import {
  appendAssignment,
  type Assignment,
  insertBelow,
  parseAssignments,
  removeAssignment,
  replaceValue,
} from './env-text.ts'

const secret = 'rk_tsA4PVQMhmowWB5JEuNNu7g1IpaVUFKdUvje35XpVAX4CSPJs'
const other = 'rk_MlwXoKP7PuEPKcKwov6Y2Zn5IR9X1DP9U2X8sIZcc5R2kfM8I'

const assignmentsOf = (text: string, name: string): Assignment[] =>
  parseAssignments(text).filter((assignment) => assignment.name === name)

it('finds the same assignments as dotenv', () => {
  fc.assert(
    fc.property(envFileText, (text) => {
      const names = new Set(parseAssignments(text).map(({ name }) => name))
      expect([...names].toSorted()).toEqual(Object.keys(parseDotenv(text)).toSorted())
    }),
    { numRuns: 3000 },
  )
})

it('appends an assignment, and changes nothing else that dotenv reads', () => {
  fc.assert(
    fc.property(envFileText, (text) => {
      const edited = appendAssignment(text, 'S', secret)
      expect(parseDotenv(edited)).toEqual({ ...parseDotenv(text), S: secret })
      expect(edited.startsWith(text)).toBe(true)
    }),
    { numRuns: 3000 },
  )
})

it('replaces a value, inserts a line below it and removes that line again, and changes nothing else', () => {
  const style = fc.constantFrom(`S=${secret}`, `export S="${secret}" # why`, `  S = '${secret}'`, `S: ${secret}`)
  fc.assert(
    fc.property(envFileLines, style, envFileLines, fc.constantFrom('\n', '\r\n'), (before, own, after, lineBreak) => {
      const text = [...before, own, ...after].join('\n').replaceAll('\n', lineBreak)
      const [assignment, ...others] = assignmentsOf(text, 'S')
      fc.pre(assignment !== undefined && others.length === 0 && parseDotenv(text)['S'] === secret)
      if (assignment === undefined) return

      expect(replaceValue(text, assignment, other)).toBe(text.replace(secret, other))
      const inserted = insertBelow(text, assignment, 'S_PREVIOUS', other)
      expect(parseDotenv(inserted)).toEqual({ ...parseDotenv(text), S_PREVIOUS: other })
      expect(removeAssignment(inserted, assignmentsOf(inserted, 'S_PREVIOUS')[0]!)).toBe(text)
    }),
    { numRuns: 2000 },
  )
})

it('keeps all bytes of a file in any encoding', () => {
  const bytes = fc.uint8Array({ maxLength: 200 }).map((all) => Buffer.from(all).toString('latin1'))
  fc.assert(
    fc.property(bytes, (text) => {
      expect(appendAssignment(text, 'S', secret).startsWith(text)).toBe(true)
      for (const { valueStart, valueEnd, end } of parseAssignments(text)) {
        expect(valueStart).toBeLessThanOrEqual(valueEnd)
        expect(valueEnd).toBeLessThanOrEqual(end)
      }
    }),
  )
})
