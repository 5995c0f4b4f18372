import type { ClaimedWork } from '../store/work-rows.ts'
import type { StripeCustomer } from '../stripe/stripe-customer.ts'
import type { StripeFailure } from '../stripe/stripe-failure.ts'
import type { StripeGateway } from '../stripe/stripe-gateway.ts'
import { decideCreate, isKeySpent } from './decide-create.ts'

/** A customer that was created or found. `email`, `createdAt`: as Stripe has them, the latter in seconds since 1970. */
export interface ExistingCustomer {
  readonly stripeCustomer: string
  readonly email: string | null
  readonly createdAt: number
  readonly how: 'sent' | 'replayed' | 'found'
}

/** The outcome of an attempt to create the customer. */
export type FindOrCreateResult =
  /** The customer exists. */
  | ({ outcome: 'exists' } & ExistingCustomer)
  /** The customer does not exist, and this key will never create one. */
  | { outcome: 'key_spent' }
  /** The customer does not exist, and Stripe refuses its parameters: Stripe stored nothing under the key. */
  | { outcome: 'refused'; failure: StripeFailure }
  | { outcome: 'failed'; failure: StripeFailure }
  /** Unknown until `delayMs` have passed. */
  | { outcome: 'wait'; delayMs: number }

/**
 * Creates the customer under the row's key, or finds the one that exists already, beside the one that is linked. It takes no
 * new key.
 */
export async function findOrCreateCustomer(stripe: StripeGateway, work: ClaimedWork): Promise<FindOrCreateResult> {
  const decision = decideCreate(work)
  switch (decision.step) {
    case 'wait':
      return { outcome: 'wait', delayMs: decision.delayMs }
    case 'find':
      return findCustomer(stripe, work)
    case 'send': {
      const { parameters } = decision
      const result = await stripe.create(parameters, work.idempotencyKey)
      if (result.ok && result.replayed) return checkReplay(stripe, work, result.value)
      // Stripe may write the address in another way, which would look like a change.
      if (result.ok) return { ...describeExisting(result.value, 'sent'), email: parameters.email ?? null }
      if (isKeySpent(result.failure)) return findCustomer(stripe, work)
      return { outcome: result.failure.code === 'stripe_refused' ? 'refused' : 'failed', failure: result.failure }
    }
  }
}

/** A replayed response shows the customer as it was created. It may have been changed or deleted in Stripe since. */
async function checkReplay(
  stripe: StripeGateway,
  work: ClaimedWork,
  replayed: StripeCustomer,
): Promise<FindOrCreateResult> {
  const result = await stripe.retrieve(replayed.id)
  if (!result.ok) return { outcome: 'failed', failure: result.failure }
  // After a restore, a later key may have created another one.
  if (result.value === 'deleted') return findCustomer(stripe, work)
  return describeExisting(result.value, 'replayed')
}

async function findCustomer(stripe: StripeGateway, work: ClaimedWork): Promise<FindOrCreateResult> {
  const { profileId, parameters, stripeCustomer: except, kind, lookFirst } = work
  const email = parameters === null ? work.email : (parameters.email ?? null)
  // Before anything was sent, or after a restore, a customer of any age may be the one.
  const isOfKey = parameters !== null && !(lookFirst && kind === 'create')
  const result = await stripe.find({ profileId, email, except, isOfKey })
  if (!result.ok) return { outcome: 'failed', failure: result.failure }
  if (result.value === null) return { outcome: 'key_spent' }
  return describeExisting(result.value, 'found')
}

function describeExisting({ id, email, created }: StripeCustomer, how: ExistingCustomer['how']) {
  return { outcome: 'exists' as const, stripeCustomer: id, email, createdAt: created, how }
}
