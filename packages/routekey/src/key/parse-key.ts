import { checksumLength, isKeyPrefix, keyChecksum } from './key-format.ts'

/** The parts of a well-formed key. */
export interface ParsedKey {
  readonly prefix: string
  /** The random part, in base 62, without the checksum. */
  readonly random: string
}

// The characters for 160 to 512 bits, and 6 of the checksum. Without an underscore, `\w` is base 62. It takes a third of the time of
// `[0-9A-Za-z]`, whose branches a processor cannot predict for random text.
const tailPattern = /^\w{33,92}$/

/**
 * Parses a key and checks its format and checksum, without a hash or a look-up. A well-formed key is not necessarily valid:
 * anybody can compute the checksum.
 *
 * @returns null if the key is malformed, also for values that are not strings
 * @example
 * import { parseKey } from 'routekey'
 *
 * parseKey('acme_live_…')?.prefix // 'acme_live'
 */
export function parseKey(text: string): ParsedKey | null {
  if (typeof text !== 'string') return null
  // Base 62 has no underscore, so the last one ends the prefix, even if the prefix has others.
  const tail = text.slice(text.lastIndexOf('_') + 1)
  const prefix = text.slice(0, -tail.length - 1)
  if (!isKeyPrefix(prefix) || !tailPattern.test(tail)) return null
  const isIntact = keyChecksum(text.slice(0, -checksumLength)) === text.slice(-checksumLength)
  return isIntact ? { prefix, random: tail.slice(0, -checksumLength) } : null
}
