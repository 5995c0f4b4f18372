import { Stripe } from 'stripe'
import { describe, expect, it, vi } from 'vitest'

vi.mock('server-only', () => ({}))

const { verifyStripeEvent } = await import('./verify-stripe-event.ts')

const secret = `whsec_${'a1'.repeat(16)}`
const now = new Date('2026-11-23T12:00:00Z')
const nowSeconds = now.getTime() / 1000
const payload = JSON.stringify({ id: 'evt_1', object: 'event', type: 'customer.deleted', data: { object: {} } })
const bytes = (text: string) => new TextEncoder().encode(text)
const sign = (options: { payload?: string; secret?: string; timestamp?: number } = {}) =>
  Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp: nowSeconds, ...options })

describe('verifyStripeEvent', () => {
  it.each([0, 299, -299])('accepts a signature that is %d s off', (offset) => {
    const result = verifyStripeEvent(bytes(payload), sign({ timestamp: nowSeconds + offset }), secret, now)
    expect(result).toMatchObject({ ok: true, event: { id: 'evt_1', type: 'customer.deleted' } })
  })

  it('accepts one of several signatures, which Stripe sends while a secret is rolled', () => {
    const [time, ours] = sign().split(',')
    const theirs = sign({ secret: `whsec_${'b2'.repeat(16)}` }).split(',')[1]
    expect(verifyStripeEvent(bytes(payload), `${time},${theirs},${ours}`, secret, now).ok).toBe(true)
  })

  it.each([
    ['a missing header', payload, null],
    ['an empty header', payload, ''],
    ['a header of another scheme', payload, sign().replace('v1=', 'v0=')],
    ['a missing time', payload, sign().replace(/^t=\d+,/, '')],
    ['an invalid time', payload, sign().replace(/^t=\d+/, 't=soon')],
    ['a time of 301 s ago', payload, sign({ timestamp: nowSeconds - 301 })],
    ['a time in 301 s', payload, sign({ timestamp: nowSeconds + 301 })],
    ['a second time, far in the future', payload, `${sign()},t=${nowSeconds + 9999}`],
    ['another secret', payload, sign({ secret: `whsec_${'b2'.repeat(16)}` })],
    ['another body', `${payload} `, sign()],
    ['an empty body', '', sign()],
    ['a body that is not JSON', 'not JSON', sign({ payload: 'not JSON' })],
  ])('refuses %s', (_, body, header) => {
    const result = verifyStripeEvent(bytes(body), header, secret, now)
    expect(result).toMatchObject({ ok: false, reason: expect.stringMatching(/./) })
    expect(JSON.stringify(result)).not.toContain(secret)
  })

  it.each(['null', '[]', '1', '"x"', '{}', '{"object":"v2.core.event"}'])(
    'accepts the signed body %s, because an endpoint that refuses what Stripe sends is disabled',
    (body) => {
      const result = verifyStripeEvent(bytes(body), sign({ payload: body }), secret, now)
      expect(result).toEqual({ ok: true, event: JSON.parse(body) })
    },
  )

  it('verifies the bytes and not the decoded text, where invalid UTF-8 could match', () => {
    const broken = Uint8Array.from([...bytes(payload.slice(0, -2)), 0xff, ...bytes('"}}')])
    expect(verifyStripeEvent(broken, sign(), secret, now).ok).toBe(false)
  })
})
