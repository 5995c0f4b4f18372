import { hasErrorCode } from '../errors.ts'
import type { WorkError } from '../store/work-error.ts'
import type { Retry, WorkStore } from '../store/work-store.ts'
import { describeRefusedRecord, type StripeFailure } from '../stripe/stripe-failure.ts'
import type { Attempt } from './attempt.ts'
import { decideRetry } from './decide-retry.ts'
import { about, type StripeCustomersEvent } from './events.ts'

/** The outcome of an attempt, as it was recorded. */
export type WorkOutcome =
  /** Nothing is left to be done. */
  | { outcome: 'done'; stripeCustomer: string | null }
  /** The row is due again at once, because of a change made meanwhile. */
  | { outcome: 'more' }
  | { outcome: 'retrying'; delayMs: number; error: WorkError | null }
  | { outcome: 'failed'; error: WorkError }
  /** Another worker has the row, or the row was changed under this one. */
  | { outcome: 'lease_lost' }

/** What Stripe has after the attempt. */
export interface Completion {
  readonly stripeCustomer: string | null
  readonly email: string | null
  /** Reported once it is recorded. */
  readonly event: StripeCustomersEvent
}

/** Records that Stripe did what the row asks for. */
export async function recordCompletion(attempt: Attempt, completion: Completion): Promise<WorkOutcome> {
  const { work, store, claim, write } = attempt
  const { stripeCustomer, email, event } = completion
  let completed: Awaited<ReturnType<WorkStore['complete']>>
  try {
    completed = await write(() => store.complete(claim, { kind: work.kind, stripeCustomer, email }))
  } catch (error) {
    // One row that cannot be recorded must not end the sweep for all others.
    if (hasErrorCode(error, 'ERR_STRIPE_CUSTOMERS_DATABASE_REFUSED')) {
      return recordFailure(attempt, describeRefusedRecord(error))
    }
    throw error
  }
  if (completed === 'lease_lost') return reportLostLease(attempt)
  attempt.onEvent(event)
  return completed === 'more' ? { outcome: 'more' } : { outcome: 'done', stripeCustomer }
}

/**
 * Records a failure: schedules the next attempt, or gives the row up.
 *
 * @param options.refused Stripe refused the parameters of a create, so the next attempt may use others; default: false
 */
export async function recordFailure(
  attempt: Attempt,
  failure: StripeFailure,
  options: { refused: boolean } = { refused: false },
): Promise<WorkOutcome> {
  const { work, store, claim, write, retryPolicy, random } = attempt
  const decision = decideRetry(failure, work.attempts, random(), retryPolicy)
  if (decision.action === 'retry') return recordRetry(attempt, decision)

  const { error } = decision
  const recorded = await write(() => store.fail(claim, { error, ...options }))
  switch (recorded) {
    case 'lease_lost':
      return reportLostLease(attempt)
    case 'more':
      return { outcome: 'more' }
    case 'failed':
      attempt.onEvent({ ...about(work), type: 'failed', error })
      return { outcome: 'failed', error }
  }
}

/** Records that the attempt has to wait although nothing failed. It does not count towards the maximum. */
export function recordWait(attempt: Attempt, delayMs: number): Promise<WorkOutcome> {
  return recordRetry(attempt, { delayMs, error: null, counted: false, unsettled: false })
}

async function recordRetry(attempt: Attempt, retry: Retry): Promise<WorkOutcome> {
  const { work, store, claim, write } = attempt
  const delayMs = await write(() => store.retry(claim, retry))
  if (delayMs === null) return reportLostLease(attempt)
  attempt.onEvent({ ...about(work), type: 'retrying', delayMs, error: retry.error })
  return { outcome: 'retrying', delayMs, error: retry.error }
}

function reportLostLease(attempt: Attempt): WorkOutcome {
  attempt.onEvent({ ...about(attempt.work), type: 'lease_lost' })
  return { outcome: 'lease_lost' }
}
