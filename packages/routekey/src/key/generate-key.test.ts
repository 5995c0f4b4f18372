import { expect, it } from 'vitest'

import { generateKey } from './generate-key.ts'
import { parseKey } from './parse-key.ts'

// Computed by another program from the definition of the format: `rk_` and 27 zeros.
const known = 'rk_0000000000000000000000000003TvnkC'

it('joins prefix, random part and checksum', () => {
  expect(generateKey({ randomBytes: (size) => new Uint8Array(size) })).toBe(known)
})

it('has 160 random bits by default, and as many as asked for', () => {
  expect(generateKey()).toMatch(/^rk_[0-9A-Za-z]{33}$/)
  expect(62n ** 27n).toBeGreaterThan(2n ** 160n)
  expect(generateKey({ bits: 256 })).toMatch(/^rk_[0-9A-Za-z]{49}$/)
  expect(62n ** 43n).toBeGreaterThan(2n ** 256n)
  expect(parseKey(generateKey({ bits: 512 }))?.random).toHaveLength(86)
  expect(62n ** 86n).toBeGreaterThan(2n ** 512n)
})

it('generates another key each time', () => {
  expect(new Set(Array.from({ length: 1000 }, () => generateKey())).size).toBe(1000)
})

it.each(['', '_', '1a', 'a_', '_a', 'a__b', 'a-b', 'a b', 'é', 'a\n', 'a'.repeat(33), 'a.b'])(
  'throws for the prefix %j',
  (prefix) => {
    expect(() => generateKey({ prefix })).toThrow(expect.objectContaining({ code: 'ERR_KEY_PREFIX' }))
  },
)

it.each([0, 159, 513, 160.5, Number.NaN, Infinity, -160])('throws for %d bits', (bits) => {
  expect(() => generateKey({ bits })).toThrow(expect.objectContaining({ code: 'ERR_KEY_BITS' }))
})
