import type { Attempt } from './attempt.ts'
import { checkLink } from './check-link.ts'
import { about } from './events.ts'
import { findOrCreateCustomer } from './find-or-create-customer.ts'
import { recordCompletion, recordFailure, recordWait, type WorkOutcome } from './record-outcome.ts'

/** Deletes the customer of a deleted user, even if all that is known of it is an attempt to create it, or its mark. */
export async function deleteCustomer(attempt: Attempt): Promise<WorkOutcome> {
  const { work, stripe } = attempt
  const { stripeCustomer: linked } = work
  let stripeCustomer = linked
  if (work.parameters !== null || (linked === null && work.lookFirst)) {
    // Only sending the create again gives certainty: it names the customer if there is one, and it uses the key up, so a
    // request that is still in transit cannot create one later.
    const result = await findOrCreateCustomer(stripe, work)
    switch (result.outcome) {
      case 'exists':
        stripeCustomer = result.stripeCustomer
        break
      case 'key_spent':
      case 'refused':
        break
      case 'failed':
        return recordFailure(attempt, result.failure)
      case 'wait':
        return recordWait(attempt, result.delayMs)
    }
  }
  for (const customer of new Set([stripeCustomer, linked])) {
    if (customer === null) continue
    if (customer === linked && work.lookFirst) {
      // Nobody has checked yet that the link, which was set by hand, is to a customer of this profile.
      const check = await checkLink(stripe, work, customer)
      if (check.outcome === 'failed') return recordFailure(attempt, check.failure)
      if (check.outcome === 'foreign') continue
    }
    const result = await stripe.delete(customer)
    if (!result.ok) return recordFailure(attempt, result.failure)
  }
  return recordCompletion(attempt, {
    stripeCustomer,
    email: null,
    event: { ...about(work), type: 'deleted', stripeCustomer },
  })
}
