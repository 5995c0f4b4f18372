import type { ClaimedWork, CustomerParameters } from '../store/work-rows.ts'
import type { StripeFailure } from '../stripe/stripe-failure.ts'

/** How an attempt to create a customer begins. */
export type CreateDecision =
  /** Send the stored key with the frozen parameters. Stripe acts on it once, however often it is sent. */
  | { step: 'send'; parameters: CustomerParameters }
  /**
   * Stripe may have forgotten the key, or have a customer that the row does not know: look for the customer, and take a new key
   * only if there is none.
   */
  | { step: 'find' }
  /** As `find`, but a request of an earlier attempt may still take effect until `delayMs` have passed. */
  | { step: 'wait'; delayMs: number }

/** Decides how an attempt to create begins. Pure. */
export function decideCreate(
  work: Pick<ClaimedWork, 'kind' | 'lookFirst' | 'keyExpired' | 'parameters' | 'unsettledSeconds'>,
): CreateDecision {
  // Beside a link or a deletion, what matters is what became of the key.
  const looksFirst = work.lookFirst && work.kind === 'create'
  if (work.parameters !== null && !looksFirst && !work.keyExpired) return { step: 'send', parameters: work.parameters }
  if (work.unsettledSeconds > 0) return { step: 'wait', delayMs: Math.ceil(work.unsettledSeconds * 1000) }
  return { step: 'find' }
}

/**
 * Returns whether a failed create means that its key will never create a customer and that no request with it is in
 * progress. Stripe replays a stored error for as long as it knows the key, and a key that was used otherwise stays used. Pure.
 */
export function isKeySpent(failure: Pick<StripeFailure, 'code' | 'replayed'>): boolean {
  return failure.code === 'stripe_key_reused' || (failure.code === 'stripe_unavailable' && failure.replayed)
}
