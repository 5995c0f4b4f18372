import { Stripe } from 'stripe'
import { describe, expect, it } from 'vitest'
import {
  describeLostWorker,
  describeMalformedResponse,
  describeMissedTurn,
  describeRefusedRecord,
  describeStripeFailure,
} from './stripe-failure.ts'

const { StripeAPIError, StripeConnectionError, StripeIdempotencyError, StripeInvalidRequestError } = Stripe.errors

function makeError(statusCode: number, headers: Record<string, string> = {}): Error {
  return new StripeAPIError({ type: 'api_error', message: 'It failed.', statusCode, headers, requestId: 'req_1' })
}

describe('describeStripeFailure', () => {
  it.each([
    [400, 'stripe_refused'],
    [401, 'stripe_unauthorized'],
    [402, 'stripe_refused'],
    [403, 'stripe_unauthorized'],
    [404, 'stripe_missing'],
    [429, 'stripe_rate_limited'],
    [500, 'stripe_unavailable'],
    [502, 'stripe_unavailable'],
    [503, 'stripe_unavailable'],
  ])('describes the status %i as %s, which means that Stripe has decided', (status, code) => {
    expect(describeStripeFailure(makeError(status))).toEqual({
      code,
      message: 'It failed.',
      status,
      requestId: 'req_1',
      replayed: false,
      unsettled: false,
      retryAfterMs: null,
    })
  })

  it('treats a request without a response as unsettled', () => {
    const cut = new StripeConnectionError({ type: 'api_error', message: 'socket hang up' })
    expect(describeStripeFailure(cut)).toMatchObject({ code: 'stripe_unreachable', unsettled: true, replayed: false })
  })

  it.each([new TypeError('boom'), 'boom', undefined, null, { status: 200 }])(
    'treats any other thrown value as a request that may take effect: %s',
    (thrown) => {
      expect(describeStripeFailure(thrown)).toMatchObject({ code: 'stripe_unreachable', unsettled: true })
    },
  )

  it.each([
    ['a newline', 'sk_test_hush\nhush', [Stripe.createNodeHttpClient(), Stripe.createFetchHttpClient()]],
    // Fetch removes it.
    ['a newline at the end', 'sk_test_hush\n', [Stripe.createNodeHttpClient()]],
    ['NUL', 'sk_test_hush\0', [Stripe.createNodeHttpClient(), Stripe.createFetchHttpClient()]],
    ['a dash that is not ASCII', 'sk_test_hush\u2013', [Stripe.createNodeHttpClient(), Stripe.createFetchHttpClient()]],
  ])('treats a key with %s as a bad key that was never sent, and does not repeat it', async (_, key, clients) => {
    for (const httpClient of clients) {
      const stripe = new Stripe(key, { protocol: 'http', host: '127.0.0.1', port: 9, maxNetworkRetries: 0, httpClient })
      const failure = describeStripeFailure(await stripe.customers.list().catch((error: unknown) => error))
      expect(failure).toMatchObject({ code: 'stripe_unauthorized', unsettled: false, replayed: false })
      expect(failure.message).toMatch(/^The secret key has white space/)
      expect(JSON.stringify(failure)).not.toContain('hush')
    }
  })

  it('tells a reused key from refused parameters', () => {
    const reused = { type: 'idempotency_error', message: 'Keys …', statusCode: 400 } as const
    expect(describeStripeFailure(new StripeIdempotencyError(reused)).code).toBe('stripe_key_reused')
    const invalid = { type: 'invalid_request_error', message: 'Invalid email', statusCode: 400 } as const
    expect(describeStripeFailure(new StripeInvalidRequestError(invalid)).code).toBe('stripe_refused')
  })

  it('treats a 409 as a key in flight, and so as unsettled, although its type is that of a reused key', () => {
    const inFlight = { type: 'idempotency_error', message: 'in progress', statusCode: 409 } as const
    const failure = describeStripeFailure(new StripeIdempotencyError(inFlight))
    expect(failure).toMatchObject({ code: 'stripe_in_flight', status: 409, unsettled: true })
  })

  it('marks a replayed response', () => {
    expect(describeStripeFailure(makeError(500, { 'idempotent-replayed': 'true' })).replayed).toBe(true)
    expect(describeStripeFailure(makeError(500, { 'idempotent-replayed': 'false' })).replayed).toBe(false)
  })

  it.each([
    ['0', 0],
    ['7', 7000],
    ['3600', 3_600_000],
    ['86400', 3_600_000],
    ['999999999', 3_600_000],
  ])('reads Retry-After: %s, up to an hour', (header, ms) => {
    expect(describeStripeFailure(makeError(429, { 'retry-after': header })).retryAfterMs).toBe(ms)
  })

  it.each(['', '-1', '1.5', 'soon', '1e3', '9999999999', ' 3', 'Wed, 21 Oct 2026 07:28:00 GMT'])(
    'ignores Retry-After: %s',
    (header) => {
      expect(describeStripeFailure(makeError(429, { 'retry-after': header })).retryAfterMs).toBeNull()
    },
  )

  it.each([
    ['Invalid email address: ada@example.com', 'Invalid email address: [e-mail]'],
    ['Invalid email address: ada at example', 'Invalid email address: [e-mail]'],
    ['“ada.l+x@mail.example.org” and <b@c>', '[e-mail] and <[e-mail]>'],
    ["email: 'ada@example.com'.", "email: '[e-mail]'."],
  ])('redacts the address in: %s', (message, redacted) => {
    const error = new StripeAPIError({ type: 'api_error', message, statusCode: 400 })
    expect(describeStripeFailure(error).message).toBe(redacted)
  })

  it('limits the length of the message', () => {
    const error = new StripeAPIError({ type: 'api_error', message: 'x'.repeat(10_000), statusCode: 500 })
    expect(describeStripeFailure(error).message).toHaveLength(300)
  })
})

describe('failures that do not come from Stripe', () => {
  it('a response that is not a customer may have taken effect', () => {
    expect(describeMalformedResponse()).toMatchObject({ code: 'stripe_malformed', unsettled: true })
  })

  it('a call without a turn was not made', () => {
    expect(describeMissedTurn(1500)).toMatchObject({
      code: 'stripe_rate_limited',
      unsettled: false,
      retryAfterMs: 1500,
    })
  })

  it('a refused record is redacted too', () => {
    expect(describeRefusedRecord(new Error('Key (email)=(ada@example.com) exists'))).toMatchObject({
      code: 'database_refused',
      message: expect.not.stringContaining('ada@example.com'),
      unsettled: false,
    })
  })

  it('a lost worker has its own code', () => {
    expect(describeLostWorker()).toMatchObject({ code: 'worker_lost', retryAfterMs: null })
  })
})
