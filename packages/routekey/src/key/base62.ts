import { RoutekeyError } from '../errors.ts'

/** Returns `size` random bytes from a cryptographic source. */
export type RandomBytes = (size: number) => Uint8Array

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const base = alphabet.length

// 248 = 4 × 62. Larger bytes are discarded, because modulo 62 they would favour the first eight characters.
const unbiasedLimit = 256 - (256 % base)

// Of 64 bytes of a good source, 62 are usable. A source that falls short after this many rounds is broken.
const maximumRounds = 64

/** Encodes an unsigned 32-bit integer in base 62, in `width` characters. */
export function encodeBase62(value: number, width: number): string {
  let text = ''
  // `>>>` keeps the arithmetic in integers.
  for (let rest = value; text.length < width; rest = (rest / base) >>> 0) text = alphabet.charAt(rest % base) + text
  return text
}

/**
 * Generates `length` base-62 characters, each equally likely.
 *
 * @throws `ERR_KEY_RANDOMNESS` if the source returns no usable bytes
 */
export function randomBase62(length: number, randomBytes: RandomBytes): string {
  let text = ''
  for (let round = 0; round < maximumRounds; round += 1) {
    for (const byte of randomBytes(length)) {
      if (byte < unbiasedLimit) text += alphabet.charAt(byte % base)
      if (text.length === length) return text
    }
  }
  throw new RoutekeyError('ERR_KEY_RANDOMNESS', 'randomBytes() returns no usable bytes. Omit the option.')
}
