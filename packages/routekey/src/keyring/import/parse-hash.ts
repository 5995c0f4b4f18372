import { RoutekeyError } from '../../errors.ts'

const algorithms: readonly string[] = ['sha256', 'hmac-sha256']

/**
 * Reads a hash of 32 bytes, in hex, base64 or base64url, with or without padding or the `\x` of a Postgres `bytea`.
 *
 * @returns 64 lower-case hex digits
 * @throws `ERR_KEY_VALUE`
 */
export function parseHash(text: string, algorithm: string): string {
  if (!algorithms.includes(algorithm)) {
    throw new RoutekeyError(
      'ERR_KEY_VALUE',
      `Keys hashed with ${JSON.stringify(algorithm)} cannot be imported. Import sha256 or hmac-sha256, and give the holders of other keys new ones.`,
    )
  }
  const hex = /^(?:\\x)?([0-9a-f]{64})$/i.exec(text)?.[1]
  if (hex !== undefined) return hex.toLowerCase()
  if (/^[\w+/-]{43}=?$/.test(text)) {
    const bytes = atob(text.slice(0, 43).replaceAll('-', '+').replaceAll('_', '/'))
    return Array.from(bytes, (character) => character.charCodeAt(0).toString(16).padStart(2, '0')).join('')
  }
  throw new RoutekeyError('ERR_KEY_VALUE', 'The hash is not 32 bytes in hex, base64 or base64url.')
}
