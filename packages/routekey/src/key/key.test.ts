import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { generateKey } from './generate-key.ts'
import { parseKey } from './parse-key.ts'

const zeros = (size: number) => new Uint8Array(size)
const seeded = (seed: number) => (size: number) =>
  Uint8Array.from({ length: size }, (_, index) => (seed + index * 37) % 248)

// Computed by another program from the format's definition: `rk_` and 27 zeros.
const known = 'rk_0000000000000000000000000003TvnkC'

const prefixes = fc.stringMatching(/^[A-Za-z][A-Za-z0-9]{0,6}(_[A-Za-z0-9]{1,5}){0,3}$/)

describe('generateKey', () => {
  it('writes prefix, random part and checksum', () => {
    expect(generateKey({ randomBytes: zeros })).toBe(known)
  })

  it('carries 160 random bits unless told otherwise', () => {
    expect(generateKey()).toMatch(/^rk_[0-9A-Za-z]{33}$/)
    expect(62n ** 27n).toBeGreaterThan(2n ** 160n)
    expect(generateKey({ bits: 256 })).toMatch(/^rk_[0-9A-Za-z]{49}$/)
    expect(62n ** 43n).toBeGreaterThan(2n ** 256n)
    expect(parseKey(generateKey({ bits: 512 }))?.random).toHaveLength(86)
    expect(62n ** 86n).toBeGreaterThan(2n ** 512n)
  })

  it('makes another key each time', () => {
    expect(new Set(Array.from({ length: 1000 }, () => generateKey())).size).toBe(1000)
  })

  it.each(['', '_', '1a', 'a_', '_a', 'a__b', 'a-b', 'a b', 'é', 'a\n', 'a'.repeat(33), 'a.b'])(
    'refuses the prefix %j',
    (prefix) => {
      expect(() => generateKey({ prefix })).toThrow(expect.objectContaining({ code: 'ERR_KEY_PREFIX' }))
    },
  )

  it.each([0, 159, 513, 160.5, Number.NaN, Infinity, -160])('refuses %d bits', (bits) => {
    expect(() => generateKey({ bits })).toThrow(expect.objectContaining({ code: 'ERR_KEY_BITS' }))
  })
})

describe('parseKey', () => {
  it('finds the parts of every generated key', () => {
    fc.assert(
      fc.property(prefixes, fc.integer({ min: 160, max: 512 }), fc.nat(), (prefix, bits, seed) => {
        const key = generateKey({ prefix, bits, randomBytes: seeded(seed) })
        const parsed = parseKey(key)
        expect(parsed?.prefix).toBe(prefix)
        expect(key.startsWith(`${prefix}_${parsed?.random}`)).toBe(true)
      }),
    )
  })

  it('refuses a key in which any one character was replaced, dropped, doubled or swapped with the next', () => {
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
  ])('refuses %j', (text) => {
    expect(parseKey(text)).toBeNull()
  })

  it.each([[undefined], [null], [0], [{}], [[known]], [{ length: 36, lastIndexOf: () => 2 }]])(
    'refuses what is no string: %j',
    (value) => {
      // @ts-expect-error a caller without types may pass anything
      expect(parseKey(value)).toBeNull()
    },
  )

  it('refuses short random parts even with a right checksum', () => {
    expect(parseKey(known)).not.toBeNull()
    expect(parseKey('rk_000000000000000000000000000mCVHg')).toBeNull()
  })

  it('neither throws nor accepts arbitrary text', () => {
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
})
