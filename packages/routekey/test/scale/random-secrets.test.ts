import { randomBytes, randomInt, randomUUID } from 'node:crypto'

import { expect, it } from 'vitest'

import { estimateBits, minimumSecretBits } from '../../src/secret/estimate-bits.ts'

const count = 100_000
const lower = 'abcdefghijklmnopqrstuvwxyz'
const alphanumeric = `0123456789${lower}${lower.toUpperCase()}`
const pick = (alphabet: string, length: number) =>
  Array.from({ length }, () => alphabet.charAt(randomInt(alphabet.length))).join('')

it.each<[string, () => string]>([
  ['hex of 16 bytes', () => randomBytes(16).toString('hex')],
  ['hex of 32 bytes', () => randomBytes(32).toString('hex')],
  ['base64 of 16 bytes', () => randomBytes(16).toString('base64')],
  ['base64 of 32 bytes', () => randomBytes(32).toString('base64')],
  ['base64url of 16 bytes', () => randomBytes(16).toString('base64url')],
  ['base64url of 32 bytes', () => randomBytes(32).toString('base64url')],
  ['22 letters and digits', () => pick(alphanumeric, 22)],
  ['32 letters and digits', () => pick(alphanumeric, 32)],
  ['22 characters of the alphabet of nanoid', () => pick(`${alphanumeric}-_`, 22)],
  ['24 printable characters', () => pick(`${alphanumeric}!#$%&()*+-./:;<=>?@[]^_{|}~`, 24)],
  ['two UUIDs', () => randomUUID() + randomUUID()],
])('of a hundred thousand secrets, all are strong: %s', (_name, make) => {
  const weak = Array.from({ length: count }, make).filter((secret) => estimateBits(secret) < minimumSecretBits)
  // Three kinds of accident, each once in some ten million secrets, so two weak ones mean a fault.
  expect(weak.slice(1)).toEqual([])
})
