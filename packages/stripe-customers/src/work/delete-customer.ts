import type { Attempt } from './attempt.ts'
import { about } from './events.ts'
import { findOrCreateCustomer } from './find-or-create-customer.ts'
import { recordCompletion, recordFailure, recordWait, type WorkOutcome } from './record-outcome.ts'

/** Deletes the customer of a deleted user, even if all that is known of it is an attempt to create it. */
export async function deleteCustomer(attempt: Attempt): Promise<WorkOutcome> {
  const { work, stripe } = attempt
  let { stripeCustomer } = work
  if (stripeCustomer === null && work.parameters !== null) {
    // Only sending the create again gives certainty: it names the customer if there is one, and it uses the key up, so a
    // request that is still in transit cannot create one later.
    const result = await findOrCreateCustomer(stripe, work, work.parameters)
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
  if (stripeCustomer !== null) {
    const result = await stripe.delete(stripeCustomer)
    if (!result.ok) return recordFailure(attempt, result.failure)
  }
  return recordCompletion(attempt, {
    stripeCustomer,
    email: null,
    event: { ...about(work), type: 'deleted', stripeCustomer },
  })
}
