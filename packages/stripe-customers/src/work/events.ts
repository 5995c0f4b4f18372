import type { WorkError } from '../store/work-error.ts'
import type { ClaimedWork } from '../store/work-store.ts'

interface About {
  readonly profileId: string
  readonly kind: ClaimedWork['kind']
}

/** What the engine tells of its steps. No event carries a secret, an e-mail or a name. */
export type StripeCustomersEvent =
  /** A row was leased; `attempt` counts from 1. */
  | (About & { type: 'claimed'; attempt: number })
  /** The customer was created, or found after an earlier attempt had created it. */
  | (About & { type: 'created'; stripeCustomer: string; how: 'sent' | 'replayed' | 'found' })
  /** The customer has the profile's e-mail. */
  | (About & { type: 'updated'; stripeCustomer: string })
  /** The customer of a deleted user is gone; null where there had been none. */
  | (About & { type: 'deleted'; stripeCustomer: string | null })
  /** The customer had been deleted in Stripe; another will be created. */
  | (About & { type: 'unlinked'; stripeCustomer: string })
  /** An earlier key led to nothing and a new one was taken. */
  | (About & { type: 'key_renewed' })
  /** Stripe did not do it; it is tried again after `delayMs`. */
  | (About & { type: 'retrying'; delayMs: number; error: WorkError | null })
  /** Given up until the row is requeued or the profile changes. */
  | (About & { type: 'failed'; error: WorkError })
  /** The lease ended before the result was recorded; whoever has the row now comes to the same result. */
  | (About & { type: 'lease_lost' })
