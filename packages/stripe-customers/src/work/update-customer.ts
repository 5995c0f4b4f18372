import type { Attempt } from './attempt.ts'
import { about } from './events.ts'
import { recordCompletion, recordFailure, type WorkOutcome } from './record-outcome.ts'

/** Writes the profile's e-mail and id to its customer. A customer that was deleted in Stripe is unlinked. */
export async function updateCustomer(attempt: Attempt): Promise<WorkOutcome> {
  const { work, store, stripe, write } = attempt
  const { stripeCustomer, email } = work
  if (stripeCustomer === null) throw new TypeError('A row was claimed for an update without a customer.')

  const result = await stripe.update(stripeCustomer, email, work.profileId)
  if (!result.ok) return recordFailure(attempt, result.failure)
  if (result.value === 'deleted') {
    await write(() => store.unlink(stripeCustomer))
    attempt.onEvent({ ...about(work), type: 'unlinked', stripeCustomer })
    return { outcome: 'more' }
  }
  return recordCompletion(attempt, {
    stripeCustomer,
    email,
    event: { ...about(work), type: 'updated', stripeCustomer },
  })
}
