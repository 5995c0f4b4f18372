import type { Clock } from '../clock.ts'
import { StripeFailure } from '../stripe-failure.ts'

/** How many requests a second are let through; null for any number. */
export interface RateLimits {
  /** Of all endpoints together; Stripe allows 100, and 25 in a sandbox. */
  readonly globalPerSecond: number | null
  /** Of each endpoint by itself; Stripe allows 25. */
  readonly endpointPerSecond: number | null
  /** The `Retry-After` of a refusal; null for none, as Stripe promises none. */
  readonly retryAfterSeconds: number | null
}

/** No limits at all. */
export const noLimits: RateLimits = { globalPerSecond: null, endpointPerSecond: null, retryAfterSeconds: null }

/** What the limiter has done so far. */
export interface RateLimitCounts {
  allowed: number
  refusedGlobal: number
  refusedEndpoint: number
}

/** Lets a request through or refuses it. */
export interface RateLimiter {
  /** Takes a token for an endpoint, or throws StripeFailure 429. */
  take(endpoint: string): void
  /** Replaces the limits; every bucket starts full again. */
  set(limits: RateLimits): void
  limits(): RateLimits
  counts(): RateLimitCounts
}

/** A bucket of one second's tokens, filled steadily. */
interface Bucket {
  tokens: number
  filledAtMs: number
}

/** Creates the limiter. */
export function createRateLimiter(clock: Clock, initial: RateLimits): RateLimiter {
  const counts: RateLimitCounts = { allowed: 0, refusedGlobal: 0, refusedEndpoint: 0 }
  const buckets = new Map<string, Bucket>()
  let limits = initial

  const fill = (name: string, perSecond: number): Bucket => {
    const nowMs = clock.nowMs()
    const capacity = Math.max(1, perSecond)
    const bucket = buckets.get(name) ?? { tokens: capacity, filledAtMs: nowMs }
    bucket.tokens = Math.min(capacity, bucket.tokens + ((nowMs - bucket.filledAtMs) / 1000) * perSecond)
    bucket.filledAtMs = nowMs
    buckets.set(name, bucket)
    return bucket
  }

  return {
    take(endpoint) {
      const { globalPerSecond, endpointPerSecond, retryAfterSeconds } = limits
      const global = globalPerSecond === null ? null : fill('', globalPerSecond)
      const own = endpointPerSecond === null ? null : fill(endpoint, endpointPerSecond)
      // Both are looked at before either is charged: a refused request costs nothing.
      if (global !== null && global.tokens < 1) {
        counts.refusedGlobal += 1
        throw rateLimited(retryAfterSeconds, 'global-rate')
      }
      if (own !== null && own.tokens < 1) {
        counts.refusedEndpoint += 1
        throw rateLimited(retryAfterSeconds, 'endpoint-rate')
      }
      if (global !== null) global.tokens -= 1
      if (own !== null) own.tokens -= 1
      counts.allowed += 1
    },
    set(replacement) {
      limits = replacement
      buckets.clear()
    },
    limits: () => limits,
    counts: () => ({ ...counts }),
  }
}

/** Makes the 429 of a rate limit. */
export function rateLimited(retryAfterSeconds: number | null, reason: 'endpoint-rate' | 'global-rate'): StripeFailure {
  return new StripeFailure('Request rate limit exceeded. Learn more at https://stripe.com/docs/rate-limits.', {
    status: 429,
    code: 'rate_limit',
    headers: {
      'Stripe-Rate-Limited-Reason': reason,
      ...(retryAfterSeconds === null ? {} : { 'Retry-After': String(retryAfterSeconds) }),
    },
  })
}
