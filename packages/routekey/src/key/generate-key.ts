import { type RandomBytes, randomBase62 } from './base62.ts'
import { checkWholeNumber } from '../check-whole-number.ts'
import { charactersFor, checkKeyPrefix, keyChecksum, maximumBits, minimumBits } from './key-format.ts'

export interface GenerateKeyOptions {
  /** The start of the key, for people and leak scanners. Underscores are allowed inside. Default `rk`. */
  readonly prefix?: string
  /** Random bits, 160 to 512. Default 160. */
  readonly bits?: number
  /** The source of randomness. Default `crypto.getRandomValues`. */
  readonly randomBytes?: RandomBytes
}

const webCryptoBytes: RandomBytes = (size) => crypto.getRandomValues(new Uint8Array(size))

/**
 * Generates a key: `<prefix>_<random base62><CRC-32, 6 characters>`. It does not store the key; store `hashKey(key)`.
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
  checkWholeNumber('ERR_KEY_BITS', 'bits', bits, maximumBits, minimumBits)
  const payload = `${prefix}_${randomBase62(charactersFor(bits), randomBytes)}`
  return payload + keyChecksum(payload)
}
