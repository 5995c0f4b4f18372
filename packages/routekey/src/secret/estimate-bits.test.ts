import { randomBytes, randomInt, randomUUID } from 'node:crypto'

import { describe, expect, it } from 'vitest'

import { guessableSecrets, placeholders } from '../../test/guessable-secrets.ts'
import { createRandomSource } from '../../test/random-source.ts'
import { estimateBits, minimumSecretBits } from './estimate-bits.ts'
import { generateKey } from '../key/generate-key.ts'

const pick = (alphabet: string, length: number) =>
  Array.from({ length }, () => alphabet.charAt(randomInt(alphabet.length))).join('')
const alphanumeric = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

describe('a secret of 128 random bits or more is strong', () => {
  it.each<[string, () => string]>([
    ['32 hex digits', () => randomBytes(16).toString('hex')],
    ['32 upper-case hex digits', () => randomBytes(16).toString('hex').toUpperCase()],
    ['64 hex digits', () => randomBytes(32).toString('hex')],
    ['base64 of 16 bytes', () => randomBytes(16).toString('base64')],
    ['base64 of 32 bytes', () => randomBytes(32).toString('base64')],
    ['base64url of 16 bytes', () => randomBytes(16).toString('base64url')],
    ['22 letters and digits', () => pick(alphanumeric, 22)],
    ['22 printable characters', () => pick(`${alphanumeric}!#$%&()*+-./:;<=>?@[]^_{|}~`, 22)],
    ['39 digits', () => pick('0123456789', 39)],
    ['a UUID, which has 122', () => randomUUID()],
    ['a key of ours', () => generateKey()],
    [
      'ten words of six letters or seven',
      () => Array.from({ length: 10 }, () => pick('abcdefghijklmnopqrstuvwxyz', randomInt(6, 8))).join('-'),
    ],
  ])('%s', (_name, make) => {
    const weak = Array.from({ length: 2000 }, make).filter((secret) => estimateBits(secret) < minimumSecretBits)
    // One of 200,000 random secrets of digits repeats a run of eight, so one may fail here. Two fail once in 20,000 runs.
    expect(weak.length).toBeLessThanOrEqual(1)
  })
})

describe('a secret that can be guessed is weak', () => {
  it.each([
    '',
    'a',
    'changeme',
    'change-me-please-change-me-please',
    'undefined',
    'secret',
    'password123',
    'API_ROUTE_SECRET',
    'your-api-route-secret-here',
    'replace-me-with-a-long-random-string',
    'YOUR_SUPER_SECRET_KEY_GOES_IN_HERE',
    'a'.repeat(32),
    'a'.repeat(4096),
    '0'.repeat(64),
    'ab'.repeat(40),
    'changeme'.repeat(10),
    '12345678'.repeat(8),
    'Passw0rd!'.repeat(20),
    'deadbeef'.repeat(8),
    '0123456789abcdef'.repeat(4),
    '0123456789abcdef0123456789abcdef',
    'abcdefghijklmnopqrstuvwxyz0123456789',
    'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789',
    '9876543210987654321098765432109876543210',
    'qwertyuiopasdfghjklzxcvbnmqwertyuiop',
    `${'x'.repeat(60)}A1b2`,
  ])('%j', (secret) => {
    expect(estimateBits(secret)).toBeLessThan(minimumSecretBits)
  })

  it.each<[string, () => string]>([
    ['31 hex digits', () => randomBytes(16).toString('hex').slice(1)],
    ['21 letters and digits', () => pick(alphanumeric, 21)],
    ['15 bytes in base64url', () => randomBytes(15).toString('base64url')],
    ['64 bits, doubled', () => randomBytes(8).toString('hex').repeat(2)],
    ['64 bits, eight times', () => randomBytes(8).toString('hex').repeat(8)],
    ['38 digits', () => pick('0123456789', 38)],
    ['100 random bits as zeros and ones', () => pick('01', 100)],
  ])('%s', (_name, make) => {
    expect(Array.from({ length: 500 }, make).filter((secret) => estimateBits(secret) >= minimumSecretBits)).toEqual([])
  })
})

it.each(Object.entries(guessableSecrets))('refuses guessable secrets: %s', (_kind, secrets) => {
  expect(secrets.filter((secret) => estimateBits(secret) >= minimumSecretBits)).toEqual([])
})

it('refuses the digest of nothing', () => {
  expect(estimateBits('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')).toBe(0)
})

it('refuses most placeholders with digits, capitals and separators between their letters', () => {
  const random = createRandomSource(12)
  const mutate = (character: string) => {
    const dice = random()
    if (dice < 0.1) return character.toUpperCase()
    if (dice < 0.15) return `${character}${Math.floor(random() * 10)}`
    if (dice < 0.2) return `${character}${'-_.!#'.charAt(Math.floor(random() * 5))}`
    return character
  }
  const mutants = placeholders.flatMap((text) => Array.from({ length: 40 }, () => Array.from(text, mutate).join('')))
  const strong = mutants.filter((secret) => estimateBits(secret) >= minimumSecretBits)
  expect(strong.length).toBeLessThan(mutants.length * 0.03)
})

it('takes a key with two words before its random characters', () => {
  expect(estimateBits(`my-app-production-${randomBytes(16).toString('hex')}`)).toBeGreaterThanOrEqual(minimumSecretBits)
  expect(estimateBits(`base64:${randomBytes(32).toString('base64')}`)).toBeGreaterThanOrEqual(minimumSecretBits)
})
