import { dictionary } from '@zxcvbn-ts/language-common'
import { expect, it } from 'vitest'

import { estimateBits, minimumSecretBits } from '../../src/secret/estimate-bits.ts'
import { generateKey } from '../../src/key/generate-key.ts'
import { createRandomSource } from '../random-source.ts'

/** How many of each kind. `RANDOM_SECRETS=100000` takes some minutes. */
const count = Number(process.env['RANDOM_SECRETS'] ?? 10_000)
const lower = 'abcdefghijklmnopqrstuvwxyz'
const upper = lower.toUpperCase()
const digits = '0123456789'
const alphanumeric = `${digits}${upper}${lower}`
const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

const random = createRandomSource(20_261_128)
const below = (limit: number) => Math.floor(random() * limit)
const pick = (alphabet: string, length: number) =>
  Array.from({ length }, () => alphabet.charAt(below(alphabet.length))).join('')
const randomBytes = (size: number) => Buffer.from(Array.from({ length: size }, () => below(256)))
const uuid = () => {
  const hex = randomBytes(16).toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`
}
const words = dictionary['diceware-common']
const passphrase = (separator: string, write = (word: string) => word) =>
  Array.from({ length: 10 }, () => write(words[below(words.length)] ?? '')).join(separator)

it.each<[string, () => string]>([
  ['16 bytes in hex', () => randomBytes(16).toString('hex')],
  ['16 bytes in upper-case hex', () => randomBytes(16).toString('hex').toUpperCase()],
  ['32 bytes in hex', () => randomBytes(32).toString('hex')],
  ['16 bytes in base64', () => randomBytes(16).toString('base64')],
  ['32 bytes in base64, as from openssl', () => randomBytes(32).toString('base64')],
  ['16 bytes in base64url', () => randomBytes(16).toString('base64url')],
  ['32 bytes in base64url', () => randomBytes(32).toString('base64url')],
  ['22 characters of base 62', () => pick(alphanumeric, 22)],
  ['32 characters of base 62, as from pwgen', () => pick(alphanumeric, 32)],
  ['25 characters of base 36', () => pick(`${digits}${lower}`, 25)],
  ['26 characters of base32', () => pick(`${upper}234567`, 26)],
  ['52 characters of base32', () => pick(`${upper}234567`, 52)],
  ['a UUID', uuid],
  ['two ULIDs', () => pick(crockford, 52)],
  ['24 characters of the alphabet of nanoid', () => pick(`${alphanumeric}-_`, 24)],
  ['24 printable characters', () => pick(`${alphanumeric}!#$%&()*+-./:;<=>?@[]^_{|}~`, 24)],
  ['26 characters, as from a password manager', () => pick(`${alphanumeric}!@*-_.`, 26)],
  ['64 letters, as from better-auth', () => pick(`${lower}${upper}`, 64)],
  [
    '16 bytes in base 58 after a prefix, as from Unkey',
    () => `prod_${pick(alphanumeric.replaceAll(/[0OIl]/g, ''), 22)}`,
  ],
  ['a key of `routekey generate`', () => generateKey({ randomBytes })],
  ['ten words of Diceware with hyphens', () => passphrase('-')],
  ['ten words of Diceware with dots', () => passphrase('.')],
  ['ten capitalised words of Diceware', () => passphrase('-', (word) => word.charAt(0).toUpperCase() + word.slice(1))],
])('at most one random secret is weak: %s', (_name, make) => {
  const weak = Array.from({ length: count }, make).filter((secret) => estimateBits(secret) < minimumSecretBits)
  expect(weak.slice(1)).toEqual([])
})
