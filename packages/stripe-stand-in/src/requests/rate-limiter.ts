import type { AdjustableClock } from '../adjustable-clock.ts'
import { StripeErrorReply } from '../stripe-error-reply.ts'

/** The number of requests a second that are allowed; null for no limit. */
export interface RateLimits {
  /** For all endpoints together. Stripe allows 100, and 25 in a sandbox. */
  readonly globalPerSecond: number | null
  /** For each endpoint. Stripe allows 25. */
  readonly endpointPerSecond: number | null
  /** The `Retry-After` of a 429; null for none, because Stripe does not promise one. */
  readonly retryAfterSeconds: number | null
}

export const noLimits: RateLimits = { globalPerSecond: null, endpointPerSecond: null, retryAfterSeconds: null }

/** The number of requests so far, by result. */
export interface RateLimitCounts {
  allowed: number
  refusedGlobal: number
  refusedEndpoint: number
}

/** Limits the requests a second. */
export interface RateLimiter {
  /**
   * Takes a token for an endpoint.
   *
   * @throws StripeErrorReply 429 when no token is left
   */
  take(endpoint: string): void
  counts(): RateLimitCounts
}

/** Holds at most the tokens of one second, and is filled steadily. */
interface Bucket {
  tokens: number
  filledAtMs: number
}

/** Creates a rate limiter with full buckets. */
export function createRateLimiter(clock: AdjustableClock, limits: RateLimits): RateLimiter {
  const { globalPerSecond, endpointPerSecond, retryAfterSeconds } = limits
  const counts: RateLimitCounts = { allowed: 0, refusedGlobal: 0, refusedEndpoint: 0 }
  const buckets = new Map<string, Bucket>()

  const fill = (name: string, perSecond: number): Bucket => {
    const nowMs = clock.now().getTime()
    const capacity = Math.max(1, perSecond)
    const bucket = buckets.get(name) ?? { tokens: capacity, filledAtMs: nowMs }
    bucket.tokens = Math.min(capacity, bucket.tokens + ((nowMs - bucket.filledAtMs) / 1000) * perSecond)
    bucket.filledAtMs = nowMs
    buckets.set(name, bucket)
    return bucket
  }

  return {
    take(endpoint) {
      const global = globalPerSecond === null ? null : fill('', globalPerSecond)
      const own = endpointPerSecond === null ? null : fill(endpoint, endpointPerSecond)
      // Both are checked before either is charged: a refused request costs nothing.
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
    counts: () => ({ ...counts }),
  }
}

/** Creates the 429 of a rate limit. */
export function rateLimited(
  retryAfterSeconds: number | null,
  reason: 'endpoint-rate' | 'global-rate',
): StripeErrorReply {
  return new StripeErrorReply('Request rate limit exceeded. Learn more at https://stripe.com/docs/rate-limits.', {
    status: 429,
    code: 'rate_limit',
    headers: {
      'Stripe-Rate-Limited-Reason': reason,
      ...(retryAfterSeconds === null ? {} : { 'Retry-After': String(retryAfterSeconds) }),
    },
  })
}
