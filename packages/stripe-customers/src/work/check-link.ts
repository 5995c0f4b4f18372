import type { ClaimedWork } from '../store/work-rows.ts'
import { markOf } from '../stripe/stripe-customer.ts'
import type { StripeGateway } from '../stripe/stripe-gateway.ts'
import type { StripeFailure } from '../stripe/stripe-failure.ts'

/** What Stripe says about a link that the engine did not make. */
export type LinkCheck =
  /** The customer exists, and has no mark or that of this profile. */
  | { outcome: 'own' }
  | { outcome: 'deleted' }
  /** The customer is marked with the id of another profile. */
  | { outcome: 'foreign' }
  /** Also if the account never had the customer. */
  | { outcome: 'failed'; failure: StripeFailure }

/** Checks in Stripe whether a customer can be that of the row's profile. */
export async function checkLink(
  stripe: StripeGateway,
  { profileId }: Pick<ClaimedWork, 'profileId'>,
  stripeCustomer: string,
): Promise<LinkCheck> {
  const result = await stripe.retrieve(stripeCustomer)
  if (!result.ok) return { outcome: 'failed', failure: result.failure }
  if (result.value === 'deleted') return { outcome: 'deleted' }
  const mark = markOf(result.value)
  return { outcome: mark === null || mark === profileId ? 'own' : 'foreign' }
}
