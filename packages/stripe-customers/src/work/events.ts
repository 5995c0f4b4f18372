import type { WorkError } from '../store/work-error.ts'
import type { ClaimedWork } from '../store/work-rows.ts'

interface About {
  readonly profileId: string
  readonly kind: ClaimedWork['kind']
}

/** What the engine reports about its steps. No event contains a secret, an e-mail or a name. */
export type StripeCustomersEvent =
  /** A row was leased. `attempt` counts from 1. */
  | (About & { type: 'claimed'; attempt: number })
  /** The customer was created, or was found after an earlier attempt had created it. */
  | (About & { type: 'created'; stripeCustomer: string; how: 'sent' | 'replayed' | 'found' })
  /** The customer has the profile's e-mail. */
  | (About & { type: 'updated'; stripeCustomer: string })
  /** The customer of a deleted user is deleted. Null if there was none. */
  | (About & { type: 'deleted'; stripeCustomer: string | null })
  /** The customer had been deleted in Stripe. Another will be created. */
  | (About & { type: 'unlinked'; stripeCustomer: string })
  /** An earlier key led to nothing, and a new one was taken. */
  | (About & { type: 'key_renewed' })
  /** Stripe did not do it. The engine tries again after `delayMs`. */
  | (About & { type: 'retrying'; delayMs: number; error: WorkError | null })
  /** Given up until the row is requeued or the profile changes. */
  | (About & { type: 'failed'; error: WorkError })
  /** The lease expired before the outcome was recorded. The row's next worker comes to the same outcome. */
  | (About & { type: 'lease_lost' })

/** Returns the fields that all events share. */
export function about(work: ClaimedWork): About {
  return { profileId: work.profileId, kind: work.kind }
}
