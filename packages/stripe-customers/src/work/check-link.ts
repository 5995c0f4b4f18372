import { markOf } from '../stripe/stripe-customer.ts'
import type { StripeFailure } from '../stripe/stripe-failure.ts'
import type { Attempt } from './attempt.ts'

/** What Stripe says about a link that the engine did not make. */
export type LinkCheck =
  /** The customer exists, and has no mark, that of this profile, or that of one that is deleted. */
  | { outcome: 'own' }
  | { outcome: 'deleted' }
  /** The customer is marked with the id of another profile. */
  | { outcome: 'foreign' }
  /** Also if the account never had the customer. */
  | { outcome: 'failed'; failure: StripeFailure }

/** Checks in Stripe whether a customer can be that of the row's profile. */
export async function checkLink({ work, store, stripe, write }: Attempt, stripeCustomer: string): Promise<LinkCheck> {
  const result = await stripe.retrieve(stripeCustomer)
  if (!result.ok) return { outcome: 'failed', failure: result.failure }
  if (result.value === 'deleted') return { outcome: 'deleted' }
  const mark = markOf(result.value)
  if (mark === null || mark === work.profileId) return { outcome: 'own' }
  return { outcome: (await write(() => store.isDeleted(mark))) ? 'own' : 'foreign' }
}
