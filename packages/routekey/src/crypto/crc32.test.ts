import { crc32 as zlibCrc32 } from 'node:zlib'

import * as fc from 'fast-check'
import { expect, it } from 'vitest'

import { crc32 } from './crc32.ts'

it.each([
  ['', 0],
  ['a', 0xe8b7be43],
  ['123456789', 0xcbf43926],
  ['The quick brown fox jumps over the lazy dog', 0x414fa339],
])('computes the published checksum of %j', (text, checksum) => {
  expect(crc32(text)).toBe(checksum)
})

it.runIf(typeof zlibCrc32 === 'function')('agrees with zlib on ASCII', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary-ascii', maxLength: 200 }), (text) => {
      expect(crc32(text)).toBe(zlibCrc32(text))
    }),
  )
})
