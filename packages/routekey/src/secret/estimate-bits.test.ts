import { randomBytes, randomInt, randomUUID } from 'node:crypto'

import { describe, expect, it } from 'vitest'

import { publishedSecrets } from '../../test/published-secrets.ts'
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
    ['two UUIDs', () => `${randomUUID()}${randomUUID()}`],
    ['words before 32 bytes in base64url', () => `acme_secret_${randomBytes(32).toString('base64url')}`],
    ['words before 32 hex digits', () => `my-app-production-${randomBytes(16).toString('hex')}`],
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
    // Placeholders of public templates.
    'super-secret-jwt-token-with-at-least-32-characters-long',
    'your-super-secret-jwt-token-with-at-least-32-characters-long',
    'your-super-secret-and-long-postgres-password',
    'your-encryption-key-32-chars-min',
    'this_password_is_insecure_and_should_be_updated',
    'better-auth-secret-123456789012345678901234567890',
    'CHANGE_ME_TO_A_COMPLEX_RANDOM_SECRET_42',
    'replace_with_lengthy_secure_hex_value_1',
    'REPLACE_ME_WITH_64_RANDOM_HEX_CHARACTERS',
    'a-string-secret-at-least-256-bits-long',
    'SomeRandomStringWith32CharactersLong',
    'changeme1234567890changeme0987654321',
    '<generate-a-long-random-secret-and-put-it-here>',
    'my-super-secret-jwt-key-2024-very-long-and-secure-minimum-32-chars',
    // Words between digits, capitals, separators and digits that stand for letters.
    'SuperSecretKeyThatShouldBeChanged123!',
    'MySuperSecretApiKey2024!DoNotShare',
    'super1secret2jwt3token4with5at6least7characters8long9',
    '5up3r53cr3tJWTt0k3nW1th4tL34st32Ch4r4ct3r5',
    'S3cr3t-K3y-F0r-Pr0duct10n-D0-N0t-Sh4r3',
    'P@ssw0rd!P@$$w0rd?P@ssw0rd!2024',
    's.e.c.r.e.t.k.e.y.f.o.r.a.p.i.r.o.u.t.e.1',
    's-u-p-e-r_s-e-c-r-e-t_k-e-y_1-2-3-4-5-6',
    'TODO:generate-a-real-secret-before-deploying!',
    // Words alone.
    'CorrectHorseBatteryStaple2024!!',
    'correct-horse-battery-staple-9',
    'TheQuickBrownFoxJumpsOverTheLazyDog1',
    'acme-corp-billing-webhook-signing-key-2025',
    'Summer2024!Winter2025!Autumn2026!',
    // Syntax that nothing expanded.
    'process.env.API_ROUTE_SECRET',
    'process.env.KEY_OF_OUR_PARTNERS_OR_TOKEN',
    'import.meta.env.KEY_OF_OUR_PARTNERS_OR_TOKEN',
    '${API_ROUTE_SECRET}',
    '${API_ROUTE_SECRET:-default}',
    '${KEY_OF_OUR_PARTNERS:-kT9vQ2mZ7wX4pL8nB6rD3hJ5}',
    '$(openssl rand -base64 32)',
    '{{ secrets.KEY_OF_OUR_PARTNERS }}',
    '{{.Values.keyOfOurPartnersInTheCluster}}',
    '${{secrets.KEY_OF_OUR_PARTNERS}}',
    "env('KEY_OF_OUR_PARTNERS_IN_PRODUCTION')",
    'ENV["KEY_OF_OUR_PARTNERS_IN_PRODUCTION"]',
    'op://Engineering/key-of-our-partners/credential',
    ...publishedSecrets,
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
