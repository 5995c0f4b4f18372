import { RoutekeyError } from '../errors.ts'

/** Fills a new array of `size` bytes from a cryptographic source. */
export type RandomBytes = (size: number) => Uint8Array

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const base = alphabet.length

// 248 = 4 × 62: a byte at or above it is thrown away, because taking it modulo 62 would favour the first eight characters.
const unbiasedLimit = 256 - (256 % base)

// A good source gives 62 usable bytes of 64; one that still falls short after this many rounds is broken, not unlucky.
const maximumRounds = 64

/** Writes a non-negative integer below 2^53 in base 62, left-padded with zeros to `width`. */
export function encodeBase62(value: number, width: number): string {
  let text = ''
  for (let rest = value; rest > 0; rest = Math.floor(rest / base)) text = alphabet.charAt(rest % base) + text
  return text.padStart(width, '0')
}

/**
 * Draws `length` characters of base 62, each equally likely.
 *
 * @throws `ERR_KEY_RANDOMNESS` when the source keeps giving bytes that cannot be used.
 */
export function randomBase62(length: number, randomBytes: RandomBytes): string {
  let text = ''
  for (let round = 0; round < maximumRounds; round += 1) {
    for (const byte of randomBytes(length)) {
      if (byte < unbiasedLimit) text += alphabet.charAt(byte % base)
      if (text.length === length) return text
    }
  }
  throw new RoutekeyError(
    'ERR_KEY_RANDOMNESS',
    'randomBytes() returns no usable bytes. Return cryptographically random bytes, or omit the option.',
  )
}
