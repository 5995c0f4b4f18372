import type { Attempt } from './attempt.ts'
import { checkLink } from './check-link.ts'
import { deleteUnlinked } from './delete-unlinked.ts'
import { about } from './events.ts'
import { findOrCreateCustomer } from './find-or-create-customer.ts'
import { recordCompletion, recordFailure, recordWait, type WorkOutcome } from './record-outcome.ts'

/** Deletes the customer of a deleted user, even if all that is known of it is an attempt to create it, or its mark. */
export async function deleteCustomer(attempt: Attempt): Promise<WorkOutcome> {
  const { work, stripe } = attempt
  const { stripeCustomer: linked } = work
  const customers: string[] = []
  if (linked !== null) {
    // Nobody has checked yet that a link that was set by hand is to a customer of this profile.
    const check = work.lookFirst ? await checkLink(attempt, linked) : null
    if (check?.outcome === 'failed') return recordFailure(attempt, check.failure)
    if (check?.outcome !== 'foreign') customers.push(linked)
  }
  if (work.parameters !== null || work.lookFirst) {
    // Only sending the create again gives certainty: it names the customer if there is one, and it uses the key up, so a
    // request that is still in transit cannot create one later.
    const result = await findOrCreateCustomer(stripe, work)
    if (result.outcome === 'failed') return recordFailure(attempt, result.failure)
    if (result.outcome === 'wait') return recordWait(attempt, result.delayMs)
    if (result.outcome === 'exists') customers.push(result.stripeCustomer)
  }
  let stripeCustomer: string | null = null
  for (const customer of new Set(customers)) {
    const result = await deleteUnlinked(attempt, customer)
    if (!result.ok) return recordFailure(attempt, result.failure)
    if (result.value === 'deleted') stripeCustomer = customer
  }
  return recordCompletion(attempt, {
    stripeCustomer,
    email: null,
    event: { ...about(work), type: 'deleted', stripeCustomer },
  })
}
