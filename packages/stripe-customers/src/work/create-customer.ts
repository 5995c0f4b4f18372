import { describeRefusedDetails, describeRefusedLink } from '../stripe/stripe-failure.ts'
import type { Attempt } from './attempt.ts'
import { about } from './events.ts'
import { type ExistingCustomer, findOrCreateCustomer } from './find-or-create-customer.ts'
import { recordCompletion, recordFailure, recordWait, type WorkOutcome } from './record-outcome.ts'

/** Creates the customer of a profile, or finds the one that an earlier attempt created. */
export async function createCustomer(attempt: Attempt): Promise<WorkOutcome> {
  const { work, stripe } = attempt
  if (work.refusedDetails !== null) return refuseDetails(attempt, work.refusedDetails)

  const result = await findOrCreateCustomer(stripe, work)
  switch (result.outcome) {
    case 'exists':
      return linkExisting(attempt, result)
    case 'refused':
      return recordFailure(attempt, result.failure, { refused: true })
    case 'failed':
      return recordFailure(attempt, result.failure)
    case 'wait':
      return recordWait(attempt, result.delayMs)
    case 'key_spent':
      return createWithNewKey(attempt)
  }
}

/** Another profile may have it by now, to which somebody moved the link. The profile gets no other customer before a person decides. */
async function linkExisting(attempt: Attempt, existing: ExistingCustomer): Promise<WorkOutcome> {
  const { store, write } = attempt
  const { stripeCustomer, how } = existing
  if (how !== 'sent' && (await write(() => store.isLinked(stripeCustomer)))) {
    const reason = `Customer ${stripeCustomer} has the id of this profile, but another profile is linked to it.`
    return recordFailure(attempt, describeRefusedLink(reason))
  }
  return recordCreated(attempt, existing)
}

async function createWithNewKey(attempt: Attempt): Promise<WorkOutcome> {
  const { work, store, stripe, claim, write } = attempt
  const renewed = await write(() => store.renewKey(claim))
  // The user was deleted or the lease is lost, so the row is claimed again.
  if (renewed === null) return recordWait(attempt, 0)
  if (renewed.parameters === null) return refuseDetails(attempt, renewed.refusedDetails)
  attempt.onEvent({ ...about(work), type: 'key_renewed' })
  const result = await stripe.create(renewed.parameters, renewed.idempotencyKey)
  if (!result.ok) return recordFailure(attempt, result.failure, { refused: result.failure.code === 'stripe_refused' })
  // The key was used before, in a past that a restored database does not know. The next attempt finds out what became of it.
  if (result.replayed) return recordWait(attempt, 0)
  const email = renewed.parameters.email ?? null
  return recordCreated(attempt, { stripeCustomer: result.value.id, email, how: 'sent' })
}

/** Nothing was sent, so the next attempt may use other parameters. */
function refuseDetails(attempt: Attempt, reason: string): Promise<WorkOutcome> {
  return recordFailure(attempt, describeRefusedDetails(reason), { refused: true })
}

function recordCreated(attempt: Attempt, created: Omit<ExistingCustomer, 'createdAt'>): Promise<WorkOutcome> {
  const { stripeCustomer, email, how } = created
  const event = { ...about(attempt.work), type: 'created', stripeCustomer, how } as const
  return recordCompletion(attempt, { stripeCustomer, email, event })
}
