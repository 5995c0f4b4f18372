import { type RandomBytes, randomBase62 } from './base62.ts'
import { RoutekeyError } from '../errors.ts'
import { charactersFor, keyChecksum, maximumBits, minimumBits, checkKeyPrefix } from './key-format.ts'

/** Options of {@link generateKey}. */
export interface GenerateKeyOptions {
  /** What the key starts with, for people and leak scanners; it may hold underscores. Default `rk`. */
  readonly prefix?: string
  /** Random bits, 160 to 512. Default 160. */
  readonly bits?: number
  /** The source of randomness. Default `crypto.getRandomValues`. */
  readonly randomBytes?: RandomBytes
}

const webCryptoBytes: RandomBytes = (size) => crypto.getRandomValues(new Uint8Array(size))

/**
 * Makes a new key: `<prefix>_<random, base 62><6 characters of CRC-32>`. It stores nothing: the key exists once, here.
 *
 * @throws `ERR_KEY_PREFIX`, `ERR_KEY_BITS`, `ERR_KEY_RANDOMNESS`
 * @example
 * import { generateKey, hashKey } from 'routekey'
 *
 * const key = generateKey({ prefix: 'acme_live' })
 * const stored = hashKey(key)
 */
export function generateKey(options: GenerateKeyOptions = {}): string {
  const { prefix = 'rk', bits = minimumBits, randomBytes = webCryptoBytes } = options
  checkKeyPrefix(prefix)
  if (!Number.isInteger(bits) || bits < minimumBits || bits > maximumBits) {
    throw new RoutekeyError(
      'ERR_KEY_BITS',
      `bits must be a whole number from ${minimumBits} to ${maximumBits}, not ${bits}.`,
    )
  }
  const payload = `${prefix}_${randomBase62(charactersFor(bits), randomBytes)}`
  return payload + keyChecksum(payload)
}
