import { hmacSha256, sha256Hex, toHex } from '#crypto'
import { RoutekeyError } from '../errors.ts'
import { estimateBits, minimumSecretBits } from '../secret/estimate-bits.ts'

/** Options of {@link hashKey}. */
export interface HashKeyOptions {
  /** A server-side secret of at least 128 bits: with it, a stolen table cannot even be tested against leaked keys. */
  readonly pepper?: string
}

// Estimating costs more than hashing, and a process has one pepper.
let checkedPepper: string | undefined

function checkPepper(pepper: string | undefined): asserts pepper is string {
  if (pepper !== undefined && pepper === checkedPepper) return
  if (pepper === undefined || estimateBits(pepper) < minimumSecretBits) {
    throw new RoutekeyError(
      'ERR_KEY_PEPPER',
      `The pepper is ${pepper ? 'too weak' : 'missing'}. Generate one with: npx routekey generate --print`,
    )
  }
  checkedPepper = pepper
}

/**
 * Hashes a key for storage: SHA-256, or HMAC-SHA-256 with a pepper. It is fast on purpose, and right for random keys alone: it
 * does not protect a password.
 *
 * @returns 64 lower-case hex digits.
 * @throws `ERR_KEY_PEPPER`
 * @example
 * import { hashKey } from 'routekey'
 *
 * const stored = hashKey(key, { pepper })
 */
export function hashKey(key: string, options: HashKeyOptions = {}): string {
  // A pepper that is asked for and missing, as from an unset variable, must not pass for none.
  if (!('pepper' in options)) return sha256Hex(key)
  const { pepper } = options
  checkPepper(pepper)
  return toHex(hmacSha256(pepper, key))
}
