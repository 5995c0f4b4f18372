import { createHash } from 'node:crypto'

import * as fc from 'fast-check'
import { Webhook } from 'standardwebhooks'
import { expect, it } from 'vitest'

import { RoutekeyError } from '../errors.ts'
import { generateWebhookSecret, signWebhook, verifyWebhook } from './index.ts'
import { vector } from '../../test/webhook-vector.ts'

const otherSignature = 'v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc='

const makeHeaders = (changes: Record<string, string | null> = {}) => {
  const headers = new Headers({
    'webhook-id': vector.id,
    'webhook-timestamp': '1614265330',
    'webhook-signature': vector.signature,
  })
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) headers.delete(name)
    else headers.set(name, value)
  }
  return headers
}

const verify = (changes: Partial<Parameters<typeof verifyWebhook>[0]> = {}) =>
  verifyWebhook({
    headers: makeHeaders(),
    body: vector.body,
    secrets: [vector.secret],
    clock: () => vector.sentAt,
    ...changes,
  })

const secondsLater = (seconds: number) => () => new Date(vector.sentAt.getTime() + seconds * 1000)

it('accepts the published vector, and returns the id and the time of the message', () => {
  expect(verify()).toEqual({ ok: true, id: vector.id, sentAt: vector.sentAt })
})

it('accepts a secret without its prefix, and a body as bytes', () => {
  expect(verify({ secrets: [vector.secret.slice('whsec_'.length)] }).ok).toBe(true)
  expect(verify({ body: new TextEncoder().encode(vector.body) }).ok).toBe(true)
})

it('accepts one valid signature among several, by one of several secrets', () => {
  const signatures = [otherSignature, vector.signature.replace('v1', 'v2'), vector.signature, 'v1a,x', '']
  const headers = makeHeaders({ 'webhook-signature': signatures.join(' ') })
  expect(verify({ headers, secrets: [generateWebhookSecret(), vector.secret] }).ok).toBe(true)
})

it.each<[string, Record<string, string | null>]>([
  ['no id', { 'webhook-id': null }],
  ['no timestamp', { 'webhook-timestamp': null }],
  ['no signature', { 'webhook-signature': null }],
])('returns missing_signature for %s', (_case, changes) => {
  expect(verify({ headers: makeHeaders(changes) })).toEqual({ ok: false, code: 'missing_signature' })
})

it.each<[string, Record<string, string | null>]>([
  ['a signature of another message', { 'webhook-signature': otherSignature }],
  ['a signature of another version', { 'webhook-signature': vector.signature.replace('v1', 'v2') }],
  ['no version', { 'webhook-signature': vector.signature.slice('v1,'.length) }],
  ['a part of the signature', { 'webhook-signature': vector.signature.slice(0, 8) }],
  ['an empty signature', { 'webhook-signature': 'v1,' }],
  ['an empty header', { 'webhook-signature': '' }],
  ['the signature without padding', { 'webhook-signature': vector.signature.replace('=', '') }],
  ['another spelling of the same bytes', { 'webhook-signature': vector.signature.replace('OE=', 'OF=') }],
  [
    'the signature in URL-safe base64',
    { 'webhook-signature': vector.signature.replaceAll('+', '-').replaceAll('/', '_') },
  ],
  ['signatures joined by commas', { 'webhook-signature': `${otherSignature},${vector.signature}` }],
  ['another id', { 'webhook-id': 'msg_other' }],
  ['an id with a full stop', { 'webhook-id': 'msg.1' }],
  ['a repeated id', { 'webhook-id': `${vector.id}, ${vector.id}` }],
  ['an empty id', { 'webhook-id': '' }],
  ['another timestamp', { 'webhook-timestamp': '1614265331' }],
  ['a timestamp that is not a number', { 'webhook-timestamp': 'hello' }],
  ['a timestamp with a fraction', { 'webhook-timestamp': '1614265330.0' }],
  ['a timestamp with an exponent', { 'webhook-timestamp': '1.61426533e9' }],
  ['a timestamp with a leading zero', { 'webhook-timestamp': '01614265330' }],
  ['a negative timestamp', { 'webhook-timestamp': '-1614265330' }],
  ['a timestamp of many digits', { 'webhook-timestamp': '9'.repeat(30) }],
  ['an empty timestamp', { 'webhook-timestamp': '' }],
])('returns invalid_signature for %s', (_case, changes) => {
  expect(verify({ headers: makeHeaders(changes) })).toEqual({ ok: false, code: 'invalid_signature' })
})

it.each(['', '{"test":2432232314}', `${vector.body}\n`, ` ${vector.body}`, '{"test": 2432232315}'])(
  'returns invalid_signature for the changed body %j',
  (body) => {
    expect(verify({ body })).toEqual({ ok: false, code: 'invalid_signature' })
  },
)

it('does not accept a message whose id and timestamp are split differently', () => {
  const { secret } = vector
  const body = 'b'
  const signed = signWebhook({ id: 'a', body: `1614265330.${body}`, sentAt: vector.sentAt, secrets: [secret] })
  const headers = new Headers({ ...signed, 'webhook-id': 'a.1614265330' })
  expect(verify({ headers, body })).toEqual({ ok: false, code: 'invalid_signature' })
})

it.each([
  [-300, true],
  [-301, false],
  [300, true],
  [301, false],
  [86_400, false],
])('accepts a timestamp of %i seconds ago: %s', (seconds, ok) => {
  expect(verify({ clock: secondsLater(seconds) })).toMatchObject(ok ? { ok } : { ok, code: 'expired_signature' })
})

it('applies another tolerance', () => {
  expect(verify({ clock: secondsLater(11), toleranceSeconds: 10 }).ok).toBe(false)
  expect(verify({ clock: secondsLater(-11), toleranceSeconds: 10 }).ok).toBe(false)
  expect(verify({ clock: secondsLater(900), toleranceSeconds: 900 }).ok).toBe(true)
})

it.each<[string, string[]]>([
  ['no secret', []],
  ['an empty secret', ['']],
  ['only the prefix', ['whsec_']],
  ['23 bytes', [`whsec_${Buffer.alloc(23, 'abcdefghijklmnopqrstuvw').toString('base64')}`]],
  ['65 bytes', [`whsec_${Buffer.from(Array.from({ length: 65 }, (_byte, index) => index)).toString('base64')}`]],
  ['all zeros', [`whsec_${Buffer.alloc(32).toString('base64')}`]],
  ['text that is not base64', ['whsec_not base 64 at all, is it']],
  ['base64 with a line break', [`${vector.secret}\n`]],
  ['a valid secret and an invalid one', [vector.secret, 'changeme']],
])('throws for %s', (_case, secrets) => {
  const thrown = expect.objectContaining({ code: 'ERR_WEBHOOK_SECRET' })
  expect(() => verify({ secrets })).toThrow(thrown)
  expect(() => signWebhook({ id: 'a', body: '', secrets })).toThrow(thrown)
})

it('does not repeat the secret in the error', () => {
  const secret = 'whsec_tooshortbutsecret'
  const attempt = () => verify({ secrets: [secret] })
  expect(attempt).toThrow(RoutekeyError)
  expect(attempt).not.toThrow(/tooshort/)
})

it('agrees with the reference library on any id, body and secret, in both directions', () => {
  const id = fc.string({ unit: fc.constantFrom(...Array.from('abcXYZ019_-+/')), minLength: 1, maxLength: 60 })
  // Random bytes, because bytes in sequence are refused.
  const key = fc.nat().map((seed) =>
    createHash('sha512')
      .update(String(seed))
      .digest()
      .subarray(0, 24 + (seed % 41)),
  )
  fc.assert(
    fc.property(id, fc.string({ unit: 'binary' }), key, (anyId, text, bytes) => {
      const secret = `whsec_${Buffer.from(bytes).toString('base64')}`
      // UTF-8 has no lone surrogates; they become the replacement character.
      const body = Buffer.from(text).toString()
      const now = new Date()
      const reference = new Webhook(secret)
      const signed = signWebhook({ id: anyId, body, sentAt: now, secrets: [secret] })
      expect(signed['webhook-signature']).toBe(reference.sign(anyId, now, body))
      expect(verifyWebhook({ headers: new Headers({ ...signed }), body, secrets: [secret] }).ok).toBe(true)
    }),
  )
  const body = JSON.stringify({ ok: true })
  const secret = generateWebhookSecret()
  expect(new Webhook(secret).verify(body, { ...signWebhook({ id: 'a', body, secrets: [secret] }) })).toEqual({
    ok: true,
  })
})

it('refuses arbitrary headers and bodies, and never throws', () => {
  const headerBytes = fc
    .uint8Array({ maxLength: 80 })
    .map((bytes) => bytes.filter((byte) => ![0, 10, 13].includes(byte)))
  const header = headerBytes.map((bytes) => Buffer.from(bytes).toString('latin1'))
  const timestamp = fc.oneof(header, fc.constant('1614265330'), fc.bigInt().map(String))
  const signature = fc.oneof(
    header,
    fc.base64String().map((text) => `v1,${text}`),
  )
  fc.assert(
    fc.property(header, timestamp, signature, fc.uint8Array(), (id, time, signed, body) => {
      const headers = new Headers({ 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': signed })
      expect(verify({ headers, body }).ok).toBe(false)
    }),
    { numRuns: 2000 },
  )
})
