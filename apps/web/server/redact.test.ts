import { describe, expect, it } from 'vitest'
import { redact, redactText } from './redact.ts'

const hex = 'a1'.repeat(32)

describe('redactText', () => {
  it.each([
    ['an e-mail', 'no user ada@example.com here', 'no user [e-mail] here'],
    ['an e-mail in quotes', "It went to 'ada+x@example.co.uk'.", "It went to '[e-mail]'."],
    ['an e-mail that is none', 'Invalid email address: ada at example', 'Invalid email address: [e-mail]'],
    ['a key of Stripe', `Invalid API Key: sk_live_${hex}`, 'Invalid API Key: [hidden]'],
    ['a restricted key', 'rk_test_abc123', '[hidden]'],
    ['a key of a user', 'rk_user_abc123 was refused', '[hidden] was refused'],
    ['a webhook secret', `whsec_${hex} was wrong`, '[hidden] was wrong'],
    ['a key of Supabase', 'sb_secret_sandbox_abc', '[hidden]'],
    ['a JSON web token', 'eyJhbGciOi.eyJzdWIi.c2ln-_x expired', '[hidden] expired'],
    ['a bearer', 'authorization: bearer abc.def~ghi', 'authorization: bearer [hidden]'],
    [
      'a query',
      `GET /api/x?API_ROUTE_SECRET=${hex}&page=2 failed`,
      'GET /api/x?API_ROUTE_SECRET=[hidden]&page=[hidden] failed',
    ],
    ['the secret of a route', `got ${hex}`, 'got [hidden]'],
  ])('takes out %s', (_, text, expected) => {
    expect(redactText(text)).toBe(expected)
  })

  it.each([
    'cus_QpZ1aB2c3D',
    'profile 0b0e7ed0-4a1a-4f9e-9b5e-0a5bc1a6d7f1',
    'evt_1',
    'req_aBc123',
    'What is it?',
    'a=b',
  ])('leaves %j', (text) => {
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
  ])('hides the field %s, whatever it holds', (name) => {
    expect(redact({ [name]: 'plain' })).toEqual({ [name]: '[hidden]' })
    expect(redact({ deep: [{ [name]: { even: 'deeper' } }] })).toEqual({ deep: [{ [name]: '[hidden]' }] })
  })

  it('keeps what says nothing', () => {
    const fields = { profileId: 'p', stripeCustomer: 'cus_1', attempt: 2, delayMs: 1.5, ok: true, none: null }
    expect(redact({ ...fields, error: { code: 'stripe_refused', status: 400 } })).toEqual({
      ...fields,
      error: { code: 'stripe_refused', status: 400 },
    })
    expect(redact({ email: null, token: undefined })).toEqual({ email: null, token: undefined })
  })

  it('looks into lists, objects and errors', () => {
    const error = Object.assign(new TypeError('row of ada@example.com'), { row: { note: 'private' } })
    expect(redact({ list: ['ada@example.com', { text: 'sk_test_abc' }], error })).toEqual({
      list: ['[e-mail]', { text: '[hidden]' }],
      error: 'TypeError: row of [e-mail]',
    })
  })

  it('ends, whatever is in it', () => {
    const circular: Record<string, unknown> = { name: 'loop' }
    circular['self'] = circular
    expect(JSON.stringify(redact(circular))).toContain('[deep]')
    expect(redact({ big: 1n })).toEqual({ big: '1' })
  })

  it('changes nothing in what it was given', () => {
    const fields = { nested: { email: 'ada@example.com' } }
    redact(fields)
    expect(fields).toEqual({ nested: { email: 'ada@example.com' } })
  })
})
