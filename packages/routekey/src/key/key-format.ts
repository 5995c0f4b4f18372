import { RoutekeyError } from '../errors.ts'
import { encodeBase62 } from './base62.ts'
import { crc32 } from '#crypto'

export const minimumBits = 160
export const maximumBits = 512
export const checksumLength = 6

const bitsPerCharacter = Math.log2(62)
const prefixPattern = /^(?=.{1,32}$)[a-z][a-z\d]*(_[a-z\d]+)*$/i

/** How many base-62 characters hold at least `bits` bits: 27 for 160, 43 for 256. */
export const charactersFor = (bits: number) => Math.ceil(bits / bitsPerCharacter)

/** Whether text is a valid prefix: a letter, then letters, digits and single underscores between them. */
export const isKeyPrefix = (text: string) => prefixPattern.test(text)

/** @throws `ERR_KEY_PREFIX` */
export function checkKeyPrefix(text: string): void {
  if (isKeyPrefix(text)) return
  throw new RoutekeyError(
    'ERR_KEY_PREFIX',
    `"${text}" is not a valid key prefix. Use up to 32 letters, digits and single inner underscores, a letter first.`,
  )
}

/** Computes the checksum of `<prefix>_<random>`. It covers the prefix, so `sk_live_…` cannot be retyped as `sk_test_…`. */
export const keyChecksum = (payload: string) => encodeBase62(crc32(payload), checksumLength)
