import {
  charactersFor,
  checksumLength,
  isKeyPrefix,
  keyChecksum,
  maximumBits,
  maximumPrefixLength,
  minimumBits,
} from './key-format.ts'

/** The parts of a well-formed key. */
export interface ParsedKey {
  readonly prefix: string
  /** The random part, in base 62, without the checksum. */
  readonly random: string
}

const minimumTail = charactersFor(minimumBits) + checksumLength
const maximumTail = charactersFor(maximumBits) + checksumLength
const tailPattern = /^[0-9A-Za-z]+$/

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
  if (typeof text !== 'string' || text.length > maximumPrefixLength + 1 + maximumTail) return null
  // Base 62 has no underscore, so the last one ends the prefix, even if the prefix has others.
  const separator = text.lastIndexOf('_')
  if (separator < 1) return null
  const prefix = text.slice(0, separator)
  const tail = text.slice(separator + 1)
  if (tail.length < minimumTail || tail.length > maximumTail || !tailPattern.test(tail) || !isKeyPrefix(prefix))
    return null
  const payload = text.slice(0, -checksumLength)
  if (keyChecksum(payload) !== text.slice(-checksumLength)) return null
  return { prefix, random: tail.slice(0, -checksumLength) }
}
