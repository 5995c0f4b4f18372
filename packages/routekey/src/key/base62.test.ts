import { randomBytes } from 'node:crypto'

import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { encodeBase62, randomBase62 } from './base62.ts'

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

describe('encodeBase62', () => {
  it.each([
    [0, '000000'],
    [1, '000001'],
    [61, '00000z'],
    [62, '000010'],
    [0xcbf43926, '3jZRME'],
    [0xffffffff, '4gfFC3'],
  ])('encodes %d', (value, text) => {
    expect(encodeBase62(value, 6)).toBe(text)
  })

  it('encodes every value so that it can be decoded', () => {
    fc.assert(
      fc.property(fc.nat({ max: 0xffffffff }), (value) => {
        const text = encodeBase62(value, 6)
        expect(text).toHaveLength(6)
        expect(Array.from(text).reduce((sum, character) => sum * 62 + alphabet.indexOf(character), 0)).toBe(value)
      }),
    )
  })
})

describe('randomBase62', () => {
  it('maps each byte below 248 modulo 62, and discards the others', () => {
    const everyByte = Uint8Array.from({ length: 256 }, (_, index) => index)
    expect(randomBase62(248, () => everyByte)).toBe(alphabet.repeat(4))
    expect(randomBase62(3, () => Uint8Array.of(255, 248, 0, 250, 247, 62))).toBe('0z0')
  })

  it('asks for more bytes if too many were discarded', () => {
    const rounds = [Uint8Array.of(255, 255), Uint8Array.of(1, 255), Uint8Array.of(2, 3)]
    expect(randomBase62(2, () => rounds.shift() ?? new Uint8Array())).toBe('12')
  })

  it.each([
    ['no bytes', () => new Uint8Array()],
    ['only bytes that are discarded', (size: number) => new Uint8Array(size).fill(255)],
  ])('throws if the source returns %s', (_name, source) => {
    expect(() => randomBase62(27, source)).toThrow(expect.objectContaining({ code: 'ERR_KEY_RANDOMNESS' }))
  })

  // Chi-squared with 61 degrees of freedom exceeds 130.2 once in a million runs. All bytes modulo 62 would give about 4,000.
  it('makes every character equally likely', () => {
    const length = 200_000
    const counts = new Map<string, number>()
    for (const character of randomBase62(length, (size) => randomBytes(size))) {
      counts.set(character, (counts.get(character) ?? 0) + 1)
    }
    const expected = length / 62
    const chiSquared = Array.from(alphabet).reduce(
      (sum, character) => sum + ((counts.get(character) ?? 0) - expected) ** 2 / expected,
      0,
    )
    expect(counts.size).toBe(62)
    expect(chiSquared).toBeLessThan(130.2)
  })
})
