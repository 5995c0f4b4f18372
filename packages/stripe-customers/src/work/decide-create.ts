import type { StripeFailure } from '../stripe/stripe-failure.ts'
import type { ClaimedWork } from '../store/work-store.ts'

/** How to find out whether Stripe has the customer, and to make it have one. */
export type CreateDecision =
  /** Send the stored key with the frozen parameters: Stripe does it once, however often it is sent. */
  | { step: 'send' }
  /** The key is no longer to be relied on: look for the customer, and take a new key only if there is none. */
  | { step: 'look' }
  /** As `look`, but a request of an earlier attempt may still take effect until `delayMs` have passed. */
  | { step: 'wait'; delayMs: number }

/** Stripe may forget a key after 24 hours; an hour is left for clocks, leases and requests that take their time. */
const keyLifetimeSeconds = 23 * 3600

/** Decides how an attempt to create begins. Pure. */
export function decideCreate(work: Pick<ClaimedWork, 'firstAttemptAgeSeconds' | 'unsettledSeconds'>): CreateDecision {
  if (work.firstAttemptAgeSeconds < keyLifetimeSeconds) return { step: 'send' }
  if (work.unsettledSeconds > 0) return { step: 'wait', delayMs: Math.ceil(work.unsettledSeconds * 1000) }
  return { step: 'look' }
}

/**
 * Tells whether a failed create says that the key will never bring a customer, and that no request with it is under way:
 * a stored error is replayed for as long as Stripe knows the key, and a key that was used otherwise stays so. Pure.
 */
export function isKeySpent(failure: Pick<StripeFailure, 'code' | 'replayed'>): boolean {
  return failure.code === 'stripe_key_reused' || (failure.code === 'stripe_unavailable' && failure.replayed)
}
