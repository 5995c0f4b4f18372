import { decideCreate, isKeySpent } from './decide-create.ts'
import type { StripeCustomer } from '../stripe/stripe-customer.ts'
import type { StripeFailure } from '../stripe/stripe-failure.ts'
import type { StripeAnswer, StripeGateway } from '../stripe/stripe-gateway.ts'
import type { ClaimedWork, CustomerParameters } from '../store/work-store.ts'

/** What is known of the customer after an attempt to create it. */
export type ObtainedCustomer =
  /** It lives. `email`: what Stripe has for it. */
  | { outcome: 'exists'; stripeCustomer: string; email: string | null; how: 'sent' | 'replayed' | 'found' }
  /** It does not live, and the key will never bring one that does. */
  | { outcome: 'key_spent' }
  /** It does not live, and Stripe does not accept its parameters: nothing is stored under the key. */
  | { outcome: 'refused'; failure: StripeFailure }
  | { outcome: 'failed'; failure: StripeFailure }
  /** Cannot be known before `delayMs` have passed. */
  | { outcome: 'wait'; delayMs: number }

/** Makes Stripe have the customer under the row's key, or finds out what became of the key. Takes no new key. */
export async function obtainCustomer(
  stripe: StripeGateway,
  work: ClaimedWork,
  parameters: CustomerParameters,
): Promise<ObtainedCustomer> {
  const decision = decideCreate(work)
  switch (decision.step) {
    case 'wait':
      return { outcome: 'wait', delayMs: decision.delayMs }
    case 'look':
      return lookForCustomer(stripe, work, parameters)
    case 'send': {
      const answer = await stripe.create(parameters, work.idempotencyKey)
      if (answer.ok && answer.replayed) return checkReplay(await stripe.retrieve(answer.value.id))
      if (answer.ok) {
        return { outcome: 'exists', stripeCustomer: answer.value.id, email: parameters.email ?? null, how: 'sent' }
      }
      if (isKeySpent(answer.failure)) return lookForCustomer(stripe, work, parameters)
      return { outcome: answer.failure.code === 'stripe_refused' ? 'refused' : 'failed', failure: answer.failure }
    }
  }
}

/** A replay tells what was, not what is: the customer may have been deleted or changed in Stripe since. */
function checkReplay(answer: StripeAnswer<StripeCustomer | 'deleted'>): ObtainedCustomer {
  if (!answer.ok) return { outcome: 'failed', failure: answer.failure }
  if (answer.value === 'deleted') return { outcome: 'key_spent' }
  return { outcome: 'exists', stripeCustomer: answer.value.id, email: answer.value.email, how: 'replayed' }
}

async function lookForCustomer(
  stripe: StripeGateway,
  work: ClaimedWork,
  parameters: CustomerParameters,
): Promise<ObtainedCustomer> {
  const answer = await stripe.find({
    profileId: work.profileId,
    email: parameters.email ?? null,
    firstAttemptAgeSeconds: work.firstAttemptAgeSeconds,
  })
  if (!answer.ok) return { outcome: 'failed', failure: answer.failure }
  if (answer.value === null) return { outcome: 'key_spent' }
  return { outcome: 'exists', stripeCustomer: answer.value.id, email: answer.value.email, how: 'found' }
}
