import { Stripe } from 'stripe'
import { expect, it } from 'vitest'
import { startForTest, stripeErrorOf } from '../../test/start-for-test.ts'
import { createAdjustableClock } from '../adjustable-clock.ts'
import { createRateLimiter, noLimits } from './rate-limiter.ts'

function createStoppedClock() {
  return createAdjustableClock(() => new Date(0))
}

it('allows every request without limits', () => {
  const limiter = createRateLimiter(createStoppedClock(), noLimits)
  for (let index = 0; index < 1000; index += 1) limiter.take('a')
  expect(limiter.counts()).toEqual({ allowed: 1000, refusedGlobal: 0, refusedEndpoint: 0 })
})

it('refills the tokens of an endpoint steadily and separately from others', () => {
  const clock = createStoppedClock()
  const limiter = createRateLimiter(clock, { ...noLimits, endpointPerSecond: 25 })
  for (let index = 0; index < 25; index += 1) limiter.take('a')
  expect(() => limiter.take('a')).toThrow(/rate limit exceeded/)
  limiter.take('b')
  clock.advance(0.04)
  limiter.take('a')
  expect(() => limiter.take('a')).toThrow(/rate limit exceeded/)
  clock.advance(3600)
  for (let index = 0; index < 25; index += 1) limiter.take('a')
  expect(() => limiter.take('a')).toThrow(/rate limit exceeded/)
  expect(limiter.counts()).toEqual({ allowed: 52, refusedGlobal: 0, refusedEndpoint: 3 })
})

it('does not charge the global limit for a request that the endpoint refuses', () => {
  const limiter = createRateLimiter(createStoppedClock(), { ...noLimits, globalPerSecond: 3, endpointPerSecond: 1 })
  limiter.take('a')
  for (let index = 0; index < 5; index += 1) expect(() => limiter.take('a')).toThrow(/rate limit exceeded/)
  limiter.take('b')
  limiter.take('c')
  expect(() => limiter.take('d')).toThrow(/rate limit exceeded/)
  expect(limiter.counts()).toEqual({ allowed: 3, refusedGlobal: 1, refusedEndpoint: 5 })
})

it('makes the SDK throw a rate limit error with its reason, without a retry', async () => {
  const rateLimits = { endpointPerSecond: 0.001, retryAfterSeconds: 2 }
  const { standIn, stripe } = await startForTest({ rateLimits }, { maxNetworkRetries: 2 })
  await stripe.customers.list()
  const error = await stripeErrorOf(stripe.customers.list())
  expect(error).toBeInstanceOf(Stripe.errors.StripeRateLimitError)
  expect(error.headers).toMatchObject({ 'retry-after': '2', 'stripe-rate-limited-reason': 'endpoint-rate' })
  expect(standIn.state()).toMatchObject({
    requests: { byStatus: { 200: 1, 429: 1 } },
    rateLimits: { allowed: 1, refusedGlobal: 0, refusedEndpoint: 1 },
  })
})
