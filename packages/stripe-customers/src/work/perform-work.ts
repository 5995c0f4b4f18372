import { describeLostWorker } from '../stripe/stripe-failure.ts'
import { beginAttempt } from './attempt.ts'
import type { LeasedWork } from './claim-work.ts'
import { createCustomer } from './create-customer.ts'
import { deleteCustomer } from './delete-customer.ts'
import type { EngineDependencies } from './engine-dependencies.ts'
import { about } from './events.ts'
import { recordFailure, type WorkOutcome } from './record-outcome.ts'
import { updateCustomer } from './update-customer.ts'

/**
 * Does what a claimed row asks for, and records the outcome.
 *
 * @throws `StripeCustomersError` if the database is unavailable until the lease expires; the row's next worker comes to the
 *   same customer
 */
export function performWork(deps: EngineDependencies, leased: LeasedWork): Promise<WorkOutcome> {
  const { profileId, kind, attempts } = leased.work
  return deps.inSpan(
    'stripe_customers.work',
    { 'profile.id': profileId, 'work.kind': kind, 'work.attempt': attempts },
    () => perform(deps, leased),
    ({ outcome }) => ({ 'work.outcome': outcome }),
  )
}

async function perform(deps: EngineDependencies, leased: LeasedWork): Promise<WorkOutcome> {
  const { work } = leased
  const attempt = beginAttempt(deps, leased)
  deps.onEvent({ ...about(work), type: 'claimed', attempt: work.attempts })
  // An attempt that fails is counted when it reports. Only attempts that never reported exceed the maximum.
  if (work.attempts > deps.retryPolicy.maxAttempts) return recordFailure(attempt, describeLostWorker())
  const refusal = await deps.checkAccount(attempt)
  if (refusal !== null) return recordFailure(attempt, refusal)
  switch (work.kind) {
    case 'create':
      return createCustomer(attempt)
    case 'update':
      return updateCustomer(attempt)
    case 'delete':
      return deleteCustomer(attempt)
  }
}
