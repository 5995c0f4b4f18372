import * as fc from 'fast-check'
import { expect, it } from 'vitest'

import { generateKey } from './generate-key.ts'
import { parseKey } from './parse-key.ts'

const seeded = (seed: number) => (size: number) =>
  Uint8Array.from({ length: size }, (_, index) => (seed + index * 37) % 248)

// Computed by another program from the definition of the format: `rk_` and 27 zeros.
const known = 'rk_0000000000000000000000000003TvnkC'

const prefixes = fc.stringMatching(/^[A-Za-z][A-Za-z0-9]{0,6}(_[A-Za-z0-9]{1,5}){0,3}$/)

it('splits every generated key into its parts', () => {
  fc.assert(
    fc.property(prefixes, fc.integer({ min: 160, max: 512 }), fc.nat(), (prefix, bits, seed) => {
      const key = generateKey({ prefix, bits, randomBytes: seeded(seed) })
      const parsed = parseKey(key)
      expect(parsed?.prefix).toBe(prefix)
      expect(key.startsWith(`${prefix}_${parsed?.random}`)).toBe(true)
    }),
  )
})

it('returns null if one character is replaced, dropped, doubled or swapped with the next', () => {
  const key = generateKey({ prefix: 'acme_live', randomBytes: seeded(5) })
  for (let index = 0; index < key.length; index += 1) {
    const [before, character, after] = [key.slice(0, index), key.charAt(index), key.slice(index + 1)]
    const replaced = Array.from('0Az_ -\u0000é')
      .filter((other) => other !== character)
      .map((other) => before + other + after)
    const swapped = before + after.charAt(0) + character + after.slice(1)
    const all = [...replaced, before + after, before + character + character + after, swapped]
    expect(all.filter((broken) => broken !== key && parseKey(broken) !== null)).toEqual([])
  }
})

it.each([
  '',
  'rk',
  'rk_',
  '_',
  known.slice(3),
  known.slice(2),
  ` ${known}`,
  `${known} `,
  `${known}\n`,
  `${known}\u0000`,
  known.toUpperCase(),
  known.toLowerCase(),
  known + known,
  known.replace('rk_', 'sk_'),
  known.replace('rk_', 'rk__'),
  known.replace('rk_', '_rk_'),
  known.replace('0', '０'),
  `Bearer ${known}`,
  'a'.repeat(1_000_000),
  `rk_${'0'.repeat(1_000_000)}`,
  '_'.repeat(60),
  '\ud800',
  'undefined',
  '__proto__',
])('returns null for %j', (text) => {
  expect(parseKey(text)).toBeNull()
})

it.each([[undefined], [null], [0], [{}], [[known]], [{ length: 36, lastIndexOf: () => 2 }]])(
  'returns null for a value that is not a string: %j',
  (value) => {
    // @ts-expect-error a caller without types may pass anything
    expect(parseKey(value)).toBeNull()
  },
)

it('returns null for a short random part with a valid checksum', () => {
  expect(parseKey(known)).not.toBeNull()
  expect(parseKey('rk_000000000000000000000000000mCVHg')).toBeNull()
})

it('returns null for arbitrary text, and never throws', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), fc.stringMatching(/^[a-z]{1,4}_[0-9A-Za-z]{33}$/)),
      (text) => {
        expect(parseKey(text)).toBeNull()
      },
    ),
    { numRuns: 5000 },
  )
})
