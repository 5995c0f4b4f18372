import { checkKeyPrefix } from '../../key/key-format.ts'
import { parseKey } from '../../key/parse-key.ts'

/** Returns the hash under which a key of another system is stored, or null for a key that it did not create. */
export type ForeignKeys = (key: string) => string | null

/** Which keys a keyring looks up. */
export interface KeyFormats {
  readonly prefix: string
  readonly previousPrefixes?: readonly string[]
  readonly foreignKeys?: ForeignKeys
}

/**
 * Creates the function that returns the hash under which a key is stored, or null for a key that cannot be one of the keyring.
 *
 * @throws `ERR_KEY_PREFIX`
 */
export function createHashOf(
  { prefix, previousPrefixes = [], foreignKeys = () => null }: KeyFormats,
  hash: (key: string) => string,
): (key: string) => string | null {
  const prefixes = [prefix, ...previousPrefixes]
  for (const one of prefixes) checkKeyPrefix(one)
  return (key) => (prefixes.includes(parseKey(key)?.prefix ?? '') ? hash(key) : foreignKeys(key))
}
