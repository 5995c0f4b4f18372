import { hmacSha256Hex, sha256Hex } from '#crypto'
import { RoutekeyError } from '../errors.ts'
import { estimateBits, minimumSecretBits } from '../secret/estimate-bits.ts'

export interface HashKeyOptions {
  /** A server-side secret of at least 128 bits. With it, nobody can test leaked keys against a stolen table of hashes. */
  readonly pepper?: string
}

// Kept because the estimate costs more than the hash, and a process has one pepper.
let checkedPepper: string | undefined

/**
 * Hashes a key for storage: SHA-256, or HMAC-SHA-256 with a pepper. Use it only for random keys. It is fast on purpose and does
 * not protect passwords.
 *
 * @returns 64 lower-case hex digits
 * @throws `ERR_KEY_PEPPER`
 * @example
 * import { hashKey } from 'routekey'
 *
 * const stored = hashKey(key, { pepper })
 */
export function hashKey(key: string, options: HashKeyOptions = {}): string {
  // `{ pepper: undefined }`, as from an unset variable, is an error and does not mean "no pepper".
  if (!('pepper' in options)) return sha256Hex(key)
  const { pepper = '' } = options
  if (pepper !== checkedPepper) {
    if (estimateBits(pepper) < minimumSecretBits) {
      throw new RoutekeyError(
        'ERR_KEY_PEPPER',
        `The pepper is ${pepper ? 'too weak' : 'missing'}. Generate one with: npx routekey generate --print`,
      )
    }
    checkedPepper = pepper
  }
  return hmacSha256Hex(pepper, key)
}
