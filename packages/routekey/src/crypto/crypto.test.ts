import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import * as node from './node.ts'
import * as portable from './portable.ts'

describe.each([
  ['node', node],
  ['portable', portable],
])('%s', (_name, { constantTimeEqual, hmacSha256, hmacSha256Hex, sha256, sha256Hex }) => {
  // FIPS 180-4, appendix B, and the vectors of NIST's CAVP for the lengths around a block.
  it.each([
    ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    [
      'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
      '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
    ],
    ['a'.repeat(1_000_000), 'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0'],
  ])('hashes with SHA-256 as published', (text, digest) => {
    expect(Buffer.from(sha256(text)).toString('hex')).toBe(digest)
    expect(sha256Hex(text)).toBe(digest)
  })

  // RFC 4231, cases 2 and 6 (a key longer than a block is hashed first; here in ASCII).
  it('computes HMAC-SHA-256 as published', () => {
    const code = '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'
    expect(hmacSha256Hex('Jefe', 'what do ya want for nothing?')).toBe(code)
    expect(Buffer.from(hmacSha256('Jefe', 'what do ya want for nothing?')).toString('hex')).toBe(code)
  })

  it('finds equal bytes equal, also in views of larger buffers', () => {
    const bytes = Uint8Array.from({ length: 64 }, (_, index) => index % 32)
    expect(constantTimeEqual(bytes.subarray(0, 32), bytes.subarray(32))).toBe(true)
    expect(constantTimeEqual(bytes.subarray(1, 32), bytes.subarray(33))).toBe(true)
    expect(constantTimeEqual(bytes.subarray(0, 31), bytes.subarray(33))).toBe(false)
    expect(constantTimeEqual(new Uint8Array(), new Uint8Array())).toBe(true)
  })

  it('finds bytes of unequal length unequal, without throwing', () => {
    expect(constantTimeEqual(new Uint8Array(1), new Uint8Array())).toBe(false)
    expect(constantTimeEqual(new Uint8Array(), new Uint8Array(1))).toBe(false)
    expect(constantTimeEqual(new Uint8Array(32), new Uint8Array(33))).toBe(false)
    expect(constantTimeEqual(new Uint8Array(33), new Uint8Array(32))).toBe(false)
  })

  it('finds a difference in any bit', () => {
    const zeros = new Uint8Array(32)
    for (let bit = 0; bit < 256; bit += 1) {
      const other = new Uint8Array(32)
      other[bit >> 3] = 1 << (bit & 7)
      expect(constantTimeEqual(zeros, other)).toBe(false)
    }
  })
})

it('computes the same with both implementations, for any text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.string({ unit: 'binary' }), (text, key) => {
      expect(portable.sha256Hex(text)).toBe(node.sha256Hex(text))
      expect(portable.hmacSha256Hex(key, text)).toBe(node.hmacSha256Hex(key, text))
    }),
  )
})

it('hashes a lone surrogate in the same way with both implementations', () => {
  for (const text of ['\ud800', 'a\udc00b', '\udbff\ud800']) {
    expect(portable.sha256Hex(text)).toBe(node.sha256Hex(text))
  }
})
