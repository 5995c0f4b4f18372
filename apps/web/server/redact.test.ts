import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { redact, redactText } from './redact.ts'

const hex = 'a1'.repeat(32)
const base64 = 'aB3'.repeat(15).slice(0, 43)

describe('redactText', () => {
  it.each([
    ['an email address', 'no user ada@example.com here', 'no user [e-mail] here'],
    ['an email address in quotes', "It went to 'ada+x@example.co.uk'.", "It went to '[e-mail]'."],
    ['an invalid email address', 'Invalid email address: ada at example', 'Invalid email address: [e-mail]'],
    ['a Stripe key', `Invalid API Key: sk_live_${hex}`, 'Invalid API Key: [hidden]'],
    ['a restricted key', 'rk_test_abc123', '[hidden]'],
    ['a user key', 'rk_user_abc123 was refused', '[hidden] was refused'],
    ['a webhook secret', `whsec_${hex} was wrong`, '[hidden] was wrong'],
    ['a Supabase key', 'sb_secret_sandbox_abc', '[hidden]'],
    ['a JSON web token', 'eyJhbGciOi.eyJzdWIi.c2ln-_x expired', '[hidden] expired'],
    ['a bearer token', 'authorization: bearer abc.def~ghi', 'authorization: bearer [hidden]'],
    [
      'a query',
      `GET /api/x?API_ROUTE_SECRET=${hex}&page=2 failed`,
      'GET /api/x?API_ROUTE_SECRET=[hidden]&page=[hidden] failed',
    ],
    ['a route secret', `got ${hex}`, 'got [hidden]'],
    ['a route secret in base64', `got ${base64}= here`, 'got [hidden] here'],
    ['a secret of the command line', `rk_${'aB3'.repeat(16)} leaked`, '[hidden] leaked'],
    ['a key with another prefix', `acme_${'aB3'.repeat(16)} leaked`, '[hidden] leaked'],
    ['a key with a prefix of two parts', `acme_live_${'aB3'.repeat(16)}`, '[hidden]'],
    ['a token of a code host', `ghp_${'a1B2'.repeat(9)}`, '[hidden]'],
    ['an API key in a header', 'x-api-key: anything at all', 'x-api-key: [hidden] at all'],
    ['an API key in a header of JSON', '{"x-api-key":"anything at all"}', '{"x-api-key":[hidden]}'],
    ['another key in a header', 'X-Goog-Api-Key=abc; next', 'X-Goog-Api-Key=[hidden]; next'],
    ['a header with another scheme', 'Authorization: ApiKey-abc', 'Authorization: [hidden]'],
    ['a password in a form', 'email=a&password=hunter2', 'email=a&password=[hidden]'],
    ['a password of JSON', '{"password": "hunter 2"}', '{"password": [hidden]}'],
    ['cookies', 'Cookie: a=b; routekey-session=base64-eyJ', 'Cookie: [hidden]'],
    ['a cookie of a response', 'set-cookie: other=b; Path=/', 'set-cookie: [hidden]'],
    ['a session cookie', 'got routekey-session.0=eyJabc; a=b', 'got routekey-session.0=[hidden]; a=b'],
    ['a session cookie of https', '__Host-routekey-session=x', '__Host-routekey-session=[hidden]'],
    ['a session', 'base64-eyJhY2Nlc3NfdG9rZW4', '[hidden]'],
  ])('redacts %s', (_, text, expected) => {
    expect(redactText(text)).toBe(expected)
  })

  const secret = 's3cret of a caller'
  it.each([
    ['an object', inspect({ 'x-api-key': secret })],
    ['an object with a quote in it', inspect({ 'x-api-key': `it's "${secret}` })],
    ['headers', inspect(new Headers({ 'x-api-key': secret, 'x-other': 'a' }))],
    ['raw headers', inspect({ rawHeaders: ['x-api-key', secret, 'Authorization', `Token ${secret}`] })],
    ['a map', inspect(new Map([['x-api-key', secret]]))],
    ['a list of cookies', inspect({ 'set-cookie': [`a=]${secret}`, `b=${secret}`] })],
    ['a member of an object', inspect({ token: { value: secret, other: `}${secret}` } })],
    [
      'long headers',
      inspect({ headers: { authorization: `Token ${secret}`, 'proxy-authorization': `Digest ${secret}` } }),
    ],
    ['a scheme of its own', `Authorization: Token ${secret}`],
    ['another scheme', `authorization: ApiKey ${secret}`],
    ['a scheme without its header', 'got ApiKey s3cret'],
    ['a digest', `Authorization: Digest username="a", response="${secret}"`],
    ['a list', 'x-api-key: first, s3cret'],
    ['an escaped quote', `{"api_key":"a\\"${secret}"}`],
    ['JSON in JSON', JSON.stringify(JSON.stringify({ api_key: secret }))],
    ['the hash of a token', `token_hash=${'5e'.repeat(28)} s`.replace('5e', 's3cret')],
    ['the hash of a token in JSON', `{"token_hash":"${secret}"}`],
    ['a verifier', 'code_verifier: s3cret'],
    ['an encoded query', '/a%3Fapi_key%3Ds3cret'],
    ['a name after another one', 'message: x-api-key: s3cret'],
    ['our own cookie', 'routekey-device: s3cret'],
    ['a private key', "privateKey: 's3cret'"],
  ])('hides the secret of %s', (_, text) => {
    expect(redactText(text)).toContain('[hidden]')
    expect(redactText(text)).not.toContain('s3cret')
    expect(redactText(text)).not.toContain('of a caller')
  })

  it.each(['ada%40example.com', '/login?x=ada%2540example.com', 'ada\uff20example.com', "to: 'ada%40example.com'"])(
    'hides the encoded address %s',
    (text) => {
      expect(redactText(text)).not.toMatch(/ada|example/)
    },
  )

  it('hides a hash of 224 bits', () => {
    expect(redactText(`got ${'5e'.repeat(28)} here`)).toBe('got [hidden] here')
  })

  // With time that grows with the square of the length, one of these would take minutes.
  it.each([
    'a-',
    'a_',
    'cookie ',
    'x-api-key',
    'a1B',
    'eyJ.',
    '?a=',
    'Bearer ',
    'a@',
    '"',
    'secret:',
    'secret',
    'token: [',
    "token: {'",
    'token: "',
    '%40',
    '\\"',
    '\\',
    'a%40',
    'token ',
    'a: ',
    'authorization: a',
    "'token', ",
  ])('takes time that grows with the length alone: %s', (part) => {
    const text = part.repeat(200_000)
    expect(redactText(text).length).toBeGreaterThan(0)
  })

  it.each([
    'cus_QpZ1aB2c3D',
    'profile 0b0e7ed0-4a1a-4f9e-9b5e-0a5bc1a6d7f1',
    'evt_1',
    'req_aBc123',
    'evt_1MtwBwLkdIwHu7ix28a3tqPa',
    'stripe_customer_work',
    'Why not?',
    'a=b',
    'No secret was given.',
    'The cookie is missing.',
  ])('keeps %j', (text) => {
    expect(redactText(text)).toBe(text)
  })
})

describe('redact', () => {
  it.each([
    'password',
    'email',
    'customer_email',
    'secret',
    'apiRouteSecret',
    'accessToken',
    'Authorization',
    'set-cookie',
    'x-api-key',
    'apiKey',
    'stripe-signature',
    'credentials',
  ])('redacts the whole field %s', (name) => {
    expect(redact({ [name]: 'plain' })).toEqual({ [name]: '[hidden]' })
    expect(redact({ deep: [{ [name]: { even: 'deeper' } }] })).toEqual({ deep: [{ [name]: '[hidden]' }] })
  })

  it('keeps harmless fields', () => {
    const fields = { profileId: 'p', stripeCustomer: 'cus_1', attempt: 2, delayMs: 1.5, ok: true, none: null }
    expect(redact({ ...fields, error: { code: 'stripe_refused', status: 400 } })).toEqual({
      ...fields,
      error: { code: 'stripe_refused', status: 400 },
    })
    expect(redact({ email: null, token: undefined })).toEqual({ email: null, token: undefined })
  })

  it('redacts inside lists, objects and errors', () => {
    const error = Object.assign(new TypeError('row of ada@example.com'), { row: { note: 'private' } })
    expect(redact({ list: ['ada@example.com', { text: 'sk_test_abc' }], error })).toEqual({
      list: ['[e-mail]', { text: '[hidden]' }],
      error: 'TypeError: row of [e-mail]',
    })
  })

  it('ends for circular and unserializable values', () => {
    const circular: Record<string, unknown> = { name: 'loop' }
    circular['self'] = circular
    expect(JSON.stringify(redact(circular))).toContain('[deep]')
    expect(redact({ big: 1n })).toEqual({ big: '1' })
  })

  it('does not change its input', () => {
    const fields = { nested: { email: 'ada@example.com' } }
    redact(fields)
    expect(fields).toEqual({ nested: { email: 'ada@example.com' } })
  })
})
