import * as fc from 'fast-check'
import { Webhook } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'

import { RoutekeyError } from '../errors.ts'
import { generateWebhookSecret, signWebhook, verifyWebhook } from './index.ts'

// The vector that the reference libraries of Standard Webhooks share (libraries/javascript, go, python, … of the specification's repository).
const vector = {
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  sentAt: new Date(1_614_265_330_000),
  body: '{"test": 2432232314}',
  signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
}
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

describe('signWebhook', () => {
  it('makes the signature of the published vector', () => {
    const { id, body, sentAt, secret } = vector
    expect(signWebhook({ id, body, sentAt, secrets: [secret] })).toEqual({
      'webhook-id': id,
      'webhook-timestamp': '1614265330',
      'webhook-signature': vector.signature,
    })
  })

  it('signs with each secret while they are rotated', () => {
    const { id, body, sentAt, secret } = vector
    const next = generateWebhookSecret()
    const signed = signWebhook({ id, body, sentAt, secrets: [next, secret] })
    expect(signed['webhook-signature'].split(' ')).toEqual([expect.stringMatching(/^v1,/), vector.signature])
    for (const only of [next, secret])
      expect(verify({ headers: new Headers({ ...signed }), secrets: [only] }).ok).toBe(true)
  })

  it.each(['', 'a.b', 'a b', 'ä', 'a\n', 'a'.repeat(257)])('refuses the id %j', (id) => {
    expect(() => signWebhook({ id, body: '', secrets: [vector.secret] })).toThrow(
      expect.objectContaining({ code: 'ERR_WEBHOOK_ID' }),
    )
  })
})

describe('verifyWebhook', () => {
  it('passes the published vector, and says which message it was', () => {
    expect(verify()).toEqual({ ok: true, id: vector.id, sentAt: vector.sentAt })
  })

  it('takes the secret with and without its prefix, and the body as bytes', () => {
    expect(verify({ secrets: [vector.secret.slice('whsec_'.length)] }).ok).toBe(true)
    expect(verify({ body: new TextEncoder().encode(vector.body) }).ok).toBe(true)
  })

  it('passes when one of several signatures fits one of several secrets', () => {
    const signatures = [otherSignature, vector.signature.replace('v1', 'v2'), vector.signature, 'v1a,x', '']
    const headers = makeHeaders({ 'webhook-signature': signatures.join(' ') })
    expect(verify({ headers, secrets: [generateWebhookSecret(), vector.secret] }).ok).toBe(true)
  })

  it.each<[string, Record<string, string | null>]>([
    ['no id', { 'webhook-id': null }],
    ['no timestamp', { 'webhook-timestamp': null }],
    ['no signature', { 'webhook-signature': null }],
  ])('refuses %s as missing', (_case, changes) => {
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
      'the signature in URL-safe base 64',
      { 'webhook-signature': vector.signature.replaceAll('+', '-').replaceAll('/', '_') },
    ],
    ['signatures joined by commas', { 'webhook-signature': `${otherSignature},${vector.signature}` }],
    ['another id', { 'webhook-id': 'msg_other' }],
    ['an id with a full stop', { 'webhook-id': 'msg.1' }],
    ['a repeated id', { 'webhook-id': `${vector.id}, ${vector.id}` }],
    ['an empty id', { 'webhook-id': '' }],
    ['another timestamp', { 'webhook-timestamp': '1614265331' }],
    ['a timestamp that is no number', { 'webhook-timestamp': 'hello' }],
    ['a timestamp with a fraction', { 'webhook-timestamp': '1614265330.0' }],
    ['a timestamp with an exponent', { 'webhook-timestamp': '1.61426533e9' }],
    ['a timestamp with a leading zero', { 'webhook-timestamp': '01614265330' }],
    ['a negative timestamp', { 'webhook-timestamp': '-1614265330' }],
    ['a timestamp of many digits', { 'webhook-timestamp': '9'.repeat(30) }],
    ['an empty timestamp', { 'webhook-timestamp': '' }],
  ])('refuses %s as invalid', (_case, changes) => {
    expect(verify({ headers: makeHeaders(changes) })).toEqual({ ok: false, code: 'invalid_signature' })
  })

  it.each(['', '{"test":2432232314}', `${vector.body}\n`, ` ${vector.body}`, '{"test": 2432232315}'])(
    'refuses the body %j',
    (body) => {
      expect(verify({ body })).toEqual({ ok: false, code: 'invalid_signature' })
    },
  )

  it('does not take a shifted full stop for the same message', () => {
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
  ])('asked %i seconds after it was sent, lets it in: %s', (seconds, ok) => {
    expect(verify({ clock: secondsLater(seconds) })).toMatchObject(ok ? { ok } : { ok, code: 'expired_signature' })
  })

  it('takes another tolerance', () => {
    expect(verify({ clock: secondsLater(11), toleranceSeconds: 10 }).ok).toBe(false)
    expect(verify({ clock: secondsLater(-11), toleranceSeconds: 10 }).ok).toBe(false)
    expect(verify({ clock: secondsLater(900), toleranceSeconds: 900 }).ok).toBe(true)
  })

  it.each<[string, string[]]>([
    ['no secret', []],
    ['an empty one', ['']],
    ['a prefix alone', ['whsec_']],
    ['23 bytes', [`whsec_${Buffer.alloc(23, 'abcdefghijklmnopqrstuvw').toString('base64')}`]],
    ['65 bytes', [`whsec_${Buffer.from(Array.from({ length: 65 }, (_byte, index) => index)).toString('base64')}`]],
    ['zeros', [`whsec_${Buffer.alloc(32).toString('base64')}`]],
    ['no base 64', ['whsec_not base 64 at all, is it']],
    ['base 64 with a line break', [`${vector.secret}\n`]],
    ['a good one beside a bad one', [vector.secret, 'changeme']],
  ])('throws for %s', (_case, secrets) => {
    const thrown = expect.objectContaining({ code: 'ERR_WEBHOOK_SECRET' })
    expect(() => verify({ secrets })).toThrow(thrown)
    expect(() => signWebhook({ id: 'a', body: '', secrets })).toThrow(thrown)
  })

  it('names no secret in what it throws', () => {
    const secret = 'whsec_tooshortbutsecret'
    const attempt = () => verify({ secrets: [secret] })
    expect(attempt).toThrow(RoutekeyError)
    expect(attempt).not.toThrow(/tooshort/)
  })

  it('agrees with the reference library, both ways, on any id, body and secret', () => {
    const id = fc.string({ unit: fc.constantFrom(...Array.from('abcXYZ019_-+/')), minLength: 1, maxLength: 60 })
    const key = fc.uint8Array({ minLength: 24, maxLength: 64 }).filter((bytes) => new Set(bytes).size >= 12)
    fc.assert(
      fc.property(id, fc.string({ unit: 'binary' }), key, (anyId, text, bytes) => {
        const secret = `whsec_${Buffer.from(bytes).toString('base64')}`
        // A lone surrogate cannot be sent: on the wire it is the replacement character.
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

  it('never throws and never passes, whatever the headers and the body are', () => {
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
})

describe('generateWebhookSecret', () => {
  it('makes a secret of 32 bytes that the reference library takes', () => {
    const secret = generateWebhookSecret()
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    expect(secret).not.toBe(generateWebhookSecret())
    expect(() => new Webhook(secret)).not.toThrow()
    expect(generateWebhookSecret({ randomBytes: (size) => new Uint8Array(size).fill(255) })).toBe(
      `whsec_${'/'.repeat(42)}8=`,
    )
  })
})
