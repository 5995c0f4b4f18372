import { expect, it } from 'vitest'
import { parseEntries } from './parse-entries.ts'

it.each([
  [undefined, 20],
  ['40', 40],
  ['0', 20],
  ['999', 980],
  ['1000', 20],
  ['-40', 20],
  ['4e1', 20],
  ['forty', 20],
  ['', 20],
  [['40', '60'], 20],
])('understands %j as %i', (value, count) => {
  expect(parseEntries(value)).toBe(count)
})
