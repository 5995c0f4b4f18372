import { describeRefusedLink } from '../stripe/stripe-failure.ts'
import type { ClaimedWork } from '../store/work-rows.ts'
import type { Attempt } from './attempt.ts'
import { checkLink } from './check-link.ts'
import { deleteUnlinked } from './delete-unlinked.ts'
import { about } from './events.ts'
import { type ExistingCustomer, findOrCreateCustomer } from './find-or-create-customer.ts'
import { recordCompletion, recordFailure, recordWait, type WorkOutcome } from './record-outcome.ts'

/**
 * Writes the profile's e-mail and id to its customer. A customer that was deleted in Stripe is unlinked. A link that others made
 * is checked first.
 */
export async function updateCustomer(attempt: Attempt): Promise<WorkOutcome> {
  const { work, store, stripe, write } = attempt
  const { stripeCustomer, email } = work
  if (stripeCustomer === null) throw new TypeError('A row was claimed for an update without a customer.')

  const unfinished = (await settleKey(attempt, stripeCustomer)) ?? (await acceptLink(attempt, stripeCustomer))
  if (unfinished !== null) return unfinished

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

/** How much later the clock of the database can be than Stripe's. */
const clockDifferenceSeconds = 600

/**
 * The link was set while the engine was creating a customer: finds out what became of it, and deletes the one that this key
 * created, unless something would be lost with it. Returns null when the key is settled.
 */
async function settleKey(attempt: Attempt, linked: string): Promise<WorkOutcome | null> {
  const { work, stripe } = attempt
  if (work.parameters === null) return null
  const result = await findOrCreateCustomer(stripe, work)
  if (result.outcome === 'failed') return recordFailure(attempt, result.failure)
  if (result.outcome === 'wait') return recordWait(attempt, result.delayMs)
  if (result.outcome !== 'exists' || result.stripeCustomer === linked || !isOfKey(work, result)) return null
  if (result.how !== 'sent') {
    // A restored database may have forgotten that the customer was linked, and used.
    const use = await stripe.findUse(result.stripeCustomer)
    // With a key that cannot read what customers have, this one is reported as a duplicate, as one that is used.
    if (!use.ok) return use.failure.status === 403 ? null : recordFailure(attempt, use.failure)
    if (use.value !== null) return null
  }
  const deleted = await deleteUnlinked(attempt, result.stripeCustomer)
  return deleted.ok ? null : recordFailure(attempt, deleted.failure)
}

/** Returns whether a customer is the one that the row's key created. One that was only found may be older than the key. */
function isOfKey({ keySentAt }: ClaimedWork, { how, createdAt }: ExistingCustomer): boolean {
  return how !== 'found' || (keySentAt !== null && createdAt >= keySentAt - clockDifferenceSeconds)
}

/** Returns null if the link may stay. */
async function acceptLink(attempt: Attempt, stripeCustomer: string): Promise<WorkOutcome | null> {
  if (!attempt.work.lookFirst) return null
  const check = await checkLink(attempt, stripeCustomer)
  switch (check.outcome) {
    case 'own':
      return null
    case 'deleted':
      return recordFailure(attempt, describeRefusedLink(`Customer ${stripeCustomer} was deleted in Stripe.`))
    case 'foreign':
      return recordFailure(attempt, describeRefusedLink(`Customer ${stripeCustomer} has the id of another profile.`))
    case 'failed':
      return recordFailure(attempt, check.failure)
  }
}
