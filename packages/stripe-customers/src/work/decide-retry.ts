import type { WorkError } from '../store/work-error.ts'
import type { StripeFailure } from '../stripe/stripe-failure.ts'

/** What happens to a row after a failed attempt. */
export type RetryDecision =
  | { action: 'retry'; delayMs: number; error: WorkError; counted: boolean; unsettled: boolean }
  | { action: 'fail'; error: WorkError }

/** How often and how fast a row is tried. */
export interface RetryPolicy {
  /** Attempts before a row is given up. */
  readonly maxAttempts: number
  /** The longest wait before the second attempt. It doubles with each further one. */
  readonly baseDelayMs: number
  /** The longest wait before any attempt. */
  readonly maxDelayMs: number
}

/**
 * By default a row is tried for about 30 hours, longer than Stripe remembers a key: 10 waits that double, then 239 of 5 to 10
 * minutes.
 */
export const defaultRetryPolicy: RetryPolicy = { maxAttempts: 250, baseDelayMs: 1000, maxDelayMs: 600_000 }

/** An invalid key is not the row's fault, and trying again soon does not fix it. */
const unauthorizedDelayMs = 60_000
const rateLimitedDelayMs = 2000

/**
 * Decides whether and when a row is tried again. Pure.
 *
 * @param attempts attempts so far, including this one
 * @param random a number from 0 to 1, exclusive
 */
export function decideRetry(
  failure: StripeFailure,
  attempts: number,
  random: number,
  policy: RetryPolicy,
): RetryDecision {
  const { code, message, status, requestId, unsettled, retryAfterMs } = failure
  const error: WorkError = {
    code,
    message,
    ...(status === undefined ? {} : { status }),
    ...(requestId === undefined ? {} : { requestId }),
  }
  const retry = (delayMs: number, counted: boolean): RetryDecision => ({
    action: 'retry',
    delayMs: Math.round(Math.max(delayMs, retryAfterMs ?? 0)),
    error,
    counted,
    unsettled,
  })

  switch (code) {
    case 'details_refused':
    case 'stripe_refused':
    case 'stripe_missing':
    case 'link_refused':
    case 'worker_lost':
    case 'dismissed':
      return { action: 'fail', error }
    case 'stripe_unauthorized':
    case 'stripe_other_account':
      return retry(jitter(unauthorizedDelayMs, random), false)
    case 'stripe_rate_limited':
      return retry(jitter(rateLimitedDelayMs, random), false)
    case 'stripe_unreachable':
    case 'stripe_unavailable':
    // Counted although it is not a failure at first: a request in progress is done after a few of these waits.
    case 'stripe_in_flight':
    case 'stripe_key_reused':
    case 'stripe_malformed':
    case 'database_refused': {
      if (attempts >= policy.maxAttempts) return { action: 'fail', error }
      const ceiling = Math.min(policy.maxDelayMs, policy.baseDelayMs * 2 ** Math.min(attempts - 1, 30))
      return retry(jitter(ceiling, random), true)
    }
  }
}

/** Half of the wait is random, so that rows that failed together do not return together. */
function jitter(ceilingMs: number, random: number): number {
  return ceilingMs * (0.5 + random / 2)
}
