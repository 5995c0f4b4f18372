import type { ClaimedWork, CustomerParameters } from '../store/work-rows.ts'
import type { StripeResult } from '../stripe/call-stripe.ts'
import type { StripeCustomer } from '../stripe/stripe-customer.ts'
import type { StripeFailure } from '../stripe/stripe-failure.ts'
import type { StripeGateway } from '../stripe/stripe-gateway.ts'
import { decideCreate, isKeySpent } from './decide-create.ts'

/** The outcome of an attempt to create the customer. */
export type FindOrCreateResult =
  /** The customer exists. `email`: the one in Stripe. */
  | { outcome: 'exists'; stripeCustomer: string; email: string | null; how: 'sent' | 'replayed' | 'found' }
  /** The customer does not exist, and this key will never create one. */
  | { outcome: 'key_spent' }
  /** The customer does not exist, and Stripe refuses its parameters: Stripe stored nothing under the key. */
  | { outcome: 'refused'; failure: StripeFailure }
  | { outcome: 'failed'; failure: StripeFailure }
  /** Unknown until `delayMs` have passed. */
  | { outcome: 'wait'; delayMs: number }

/** Creates the customer under the row's key, or finds the one that this key created. It takes no new key. */
export async function findOrCreateCustomer(
  stripe: StripeGateway,
  work: ClaimedWork,
  parameters: CustomerParameters,
): Promise<FindOrCreateResult> {
  const decision = decideCreate(work)
  switch (decision.step) {
    case 'wait':
      return { outcome: 'wait', delayMs: decision.delayMs }
    case 'find':
      return findCustomer(stripe, work, parameters)
    case 'send': {
      const result = await stripe.create(parameters, work.idempotencyKey)
      if (result.ok && result.replayed) return checkReplay(await stripe.retrieve(result.value.id))
      if (result.ok) {
        return { outcome: 'exists', stripeCustomer: result.value.id, email: parameters.email ?? null, how: 'sent' }
      }
      if (isKeySpent(result.failure)) return findCustomer(stripe, work, parameters)
      return { outcome: result.failure.code === 'stripe_refused' ? 'refused' : 'failed', failure: result.failure }
    }
  }
}

/** A replayed response shows the customer as it was created. It may have been changed or deleted in Stripe since. */
function checkReplay(result: StripeResult<StripeCustomer | 'deleted'>): FindOrCreateResult {
  if (!result.ok) return { outcome: 'failed', failure: result.failure }
  if (result.value === 'deleted') return { outcome: 'key_spent' }
  return { outcome: 'exists', stripeCustomer: result.value.id, email: result.value.email, how: 'replayed' }
}

async function findCustomer(
  stripe: StripeGateway,
  work: ClaimedWork,
  parameters: CustomerParameters,
): Promise<FindOrCreateResult> {
  const result = await stripe.find({
    profileId: work.profileId,
    email: parameters.email ?? null,
    firstAttemptAgeSeconds: work.firstAttemptAgeSeconds,
  })
  if (!result.ok) return { outcome: 'failed', failure: result.failure }
  if (result.value === null) return { outcome: 'key_spent' }
  return { outcome: 'exists', stripeCustomer: result.value.id, email: result.value.email, how: 'found' }
}
