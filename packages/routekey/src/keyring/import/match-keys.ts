import { sha256Hex } from '#crypto'
import type { ForeignKeys } from '../verify/key-formats.ts'

// A pattern of the project must not run over a whole header.
const maximumLength = 512

/**
 * Recognises keys of other systems by their format, for the `foreignKeys` option of `createKeyring`. Each pattern must match the whole
 * key, of at most 512 characters. Keys are looked up by their SHA-256, without the pepper of the keyring.
 *
 * @example
 * import { matchKeys } from 'routekey/import-key'
 *
 * const foreignKeys = matchKeys(/ba_[A-Za-z]{64}/, /sk_[0-9a-f]{48}/)
 */
export function matchKeys(...patterns: readonly RegExp[]): ForeignKeys {
  // Without the flags that make `test` depend on the call before, or that end a match at a line.
  const whole = patterns.map(({ source, flags }) => new RegExp(`^(?:${source})$`, flags.replaceAll(/[gmy]/g, '')))
  return (key) =>
    typeof key === 'string' && key.length <= maximumLength && whole.some((pattern) => pattern.test(key))
      ? sha256Hex(key)
      : null
}
