import { hmacSha256, sha256 } from '#crypto'
import { RoutekeyError } from './errors.ts'
import { estimateBits, minimumSecretBits } from './estimate-bits.ts'

/** Options of {@link hashKey}. */
export interface HashKeyOptions {
  /** A server-side secret of at least 128 bits: with it, a stolen table cannot even be tested against leaked keys. */
  readonly pepper?: string
}

const hex = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')

/**
 * Hashes a key for storage: SHA-256, or HMAC-SHA-256 with a pepper. It is fast on purpose, and right for random keys alone: it
 * does not protect a password.
 *
 * @returns 64 lower-case hex digits.
 * @throws `ERR_KEY_PEPPER`
 * @example
 * import { hashKey } from 'routekey'
 *
 * const stored = hashKey(key, { pepper: process.env.KEY_PEPPER })
 */
export function hashKey(key: string, options: HashKeyOptions = {}): string {
  const { pepper } = options
  if (pepper === undefined) return hex(sha256(key))
  if (estimateBits(pepper) < minimumSecretBits) throw new RoutekeyError('ERR_KEY_PEPPER', 'The pepper is too weak')
  return hex(hmacSha256(pepper, key))
}
