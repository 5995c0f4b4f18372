import { decideRetry, type RetryPolicy } from './decide-retry.ts'
import type { Clock } from '../clock.ts'
import { isDatabaseError } from '../errors.ts'
import type { StripeCustomersEvent } from './events.ts'
import { obtainCustomer } from './find-or-create-customer.ts'
import { record } from './retry-write.ts'
import { type RunInSpan, traceGateway } from '../spans.ts'
import { describeLostWorker, describeRefusedRecord, type StripeFailure } from '../stripe/stripe-failure.ts'
import { createStripeGateway, type StripeGateway, type StripeGatewayDependencies } from '../stripe/stripe-gateway.ts'
import type { WorkError } from '../store/work-error.ts'
import type { Claim, ClaimedWork, WorkStore } from '../store/work-store.ts'

/** What became of one row of work, as it was recorded. */
export type WorkResult =
  /** Nothing is left to be done. */
  | { outcome: 'done'; stripeCustomer: string | null }
  /** The row is due again at once, for what has become necessary meanwhile. */
  | { outcome: 'more' }
  | { outcome: 'retrying'; delayMs: number; error: WorkError | null }
  | { outcome: 'failed'; error: WorkError }
  /** Another worker has the row, or the row has changed under it. */
  | { outcome: 'lease_lost' }

/** What performing work needs. */
export interface WorkDependencies {
  readonly store: WorkStore
  readonly clock: Clock
  readonly gateway: StripeGatewayDependencies
  readonly retryPolicy: RetryPolicy
  /** Gives a number from 0 to 1, exclusive. */
  readonly random: () => number
  readonly onEvent: (event: StripeCustomersEvent) => void
  readonly inSpan: RunInSpan
}

/** A row of work and the lease that it was claimed under. */
export interface LeasedWork {
  readonly work: ClaimedWork
  readonly lease: string
  /** The end of the lease, by this process's clock, counted from before the claim. */
  readonly deadlineMs: number
}

type Attempt = WorkDependencies & {
  stripe: StripeGateway
  work: ClaimedWork
  claim: Claim
  /** Carries a write to the database out, if need be repeatedly. */
  write: <T>(write: () => Promise<T>) => Promise<T>
}

/**
 * Does what a claimed row asks for and records it.
 *
 * @throws StripeCustomersError when the database does not answer until the lease ends. Whoever claims the row next comes
 * to the same customer.
 */
export function performWork(deps: WorkDependencies, leased: LeasedWork): Promise<WorkResult> {
  const { profileId, kind, attempts } = leased.work
  const attributes = { 'profile.id': profileId, 'work.kind': kind, 'work.attempt': attempts }
  return deps.inSpan(
    'stripe_customers.work',
    attributes,
    () => perform(deps, leased),
    ({ outcome }) => ({ 'work.outcome': outcome }),
  )
}

async function perform(deps: WorkDependencies, leased: LeasedWork): Promise<WorkResult> {
  const { work, deadlineMs } = leased
  const attempt: Attempt = {
    ...deps,
    stripe: traceGateway(createStripeGateway(deps.gateway, deadlineMs), deps.inSpan),
    work,
    claim: toClaim(leased),
    write: (write) => record(deps.clock, deadlineMs, write),
  }
  deps.onEvent({ type: 'claimed', profileId: work.profileId, kind: work.kind, attempt: work.attempts })
  // An attempt that fails is counted when it reports; only one that never did leads beyond the bound.
  if (work.attempts > deps.retryPolicy.maxAttempts) return recordFailure(attempt, describeLostWorker())
  switch (work.kind) {
    case 'create':
      return createCustomer(attempt)
    case 'update':
      return updateCustomer(attempt)
    case 'delete':
      return deleteCustomer(attempt)
  }
}

async function createCustomer(attempt: Attempt): Promise<WorkResult> {
  const { work, store, stripe, claim, write } = attempt
  if (work.parameters === null) throw new TypeError('A row was claimed for creation without parameters.')

  const obtained = await obtainCustomer(stripe, work, work.parameters)
  switch (obtained.outcome) {
    case 'exists':
      return recordCreated(attempt, obtained)
    case 'refused':
      return recordFailure(attempt, obtained.failure, { refused: true })
    case 'failed':
      return recordFailure(attempt, obtained.failure)
    case 'wait':
      return recordRetry(attempt, { delayMs: obtained.delayMs, error: null, counted: false, unsettled: false })
    case 'key_spent': {
      const renewed = await write(() => store.renewKey(claim))
      // The user was deleted, or the lease is lost: the row is looked at anew.
      if (renewed === null) {
        return recordRetry(attempt, { delayMs: 0, error: null, counted: false, unsettled: false })
      }
      attempt.onEvent({ ...about(work), type: 'key_renewed' })
      const answer = await stripe.create(renewed.parameters, renewed.idempotencyKey)
      if (!answer.ok) {
        return recordFailure(attempt, answer.failure, { refused: answer.failure.code === 'stripe_refused' })
      }
      const email = renewed.parameters.email ?? null
      return recordCreated(attempt, { stripeCustomer: answer.value.id, email, how: 'sent' })
    }
  }
}

async function updateCustomer(attempt: Attempt): Promise<WorkResult> {
  const { work, store, stripe, write } = attempt
  const stripeCustomer = requireCustomer(work)
  const answer = await stripe.update(stripeCustomer, work.email, work.profileId)
  if (!answer.ok) return recordFailure(attempt, answer.failure)
  if (answer.value === 'deleted') {
    await write(() => store.unlink(stripeCustomer))
    attempt.onEvent({ ...about(work), type: 'unlinked', stripeCustomer })
    return { outcome: 'more' }
  }
  return recordCompleted(attempt, stripeCustomer, work.email, { ...about(work), type: 'updated', stripeCustomer })
}

/** Deletes the customer of a deleted user; also one of which only the attempt to create it is known. */
async function deleteCustomer(attempt: Attempt): Promise<WorkResult> {
  const { work, stripe } = attempt
  const complete = (stripeCustomer: string | null) =>
    recordCompleted(attempt, stripeCustomer, null, { ...about(work), type: 'deleted', stripeCustomer })

  let { stripeCustomer } = work
  if (stripeCustomer === null && work.parameters !== null) {
    // Sending the create again is the one way to be sure: it names the customer if there is one, and uses up the key, so
    // that a request that is still on its way brings none later.
    const obtained = await obtainCustomer(stripe, work, work.parameters)
    switch (obtained.outcome) {
      case 'exists':
        stripeCustomer = obtained.stripeCustomer
        break
      case 'key_spent':
      case 'refused':
        return complete(null)
      case 'failed':
        return recordFailure(attempt, obtained.failure)
      case 'wait':
        return recordRetry(attempt, { delayMs: obtained.delayMs, error: null, counted: false, unsettled: false })
    }
  }
  if (stripeCustomer === null) return complete(null)
  const answer = await stripe.delete(stripeCustomer)
  return answer.ok ? complete(stripeCustomer) : recordFailure(attempt, answer.failure)
}

function recordCreated(
  attempt: Attempt,
  created: { stripeCustomer: string; email: string | null; how: 'sent' | 'replayed' | 'found' },
): Promise<WorkResult> {
  const { stripeCustomer, email, how } = created
  return recordCompleted(attempt, stripeCustomer, email, {
    ...about(attempt.work),
    type: 'created',
    stripeCustomer,
    how,
  })
}

async function recordCompleted(
  attempt: Attempt,
  stripeCustomer: string | null,
  email: string | null,
  event: StripeCustomersEvent,
): Promise<WorkResult> {
  const { work, store, claim, write } = attempt
  let completed: Awaited<ReturnType<WorkStore['complete']>>
  try {
    completed = await write(() => store.complete(claim, { kind: work.kind, stripeCustomer, email }))
  } catch (error) {
    // One row that cannot be recorded must not end the sweep for all others.
    if (isDatabaseError(error, 'REFUSED')) return recordFailure(attempt, describeRefusedRecord(error))
    throw error
  }
  if (completed === 'lease_lost') return lostLease(attempt)
  attempt.onEvent(event)
  return completed === 'more' ? { outcome: 'more' } : { outcome: 'done', stripeCustomer }
}

/** @param options.refused Stripe refused the parameters of a create, so that the next may come with others. */
async function recordFailure(
  attempt: Attempt,
  failure: StripeFailure,
  options: { refused: boolean } = { refused: false },
): Promise<WorkResult> {
  const { work, store, claim, write, retryPolicy, random } = attempt
  const decision = decideRetry(failure, work.attempts, random(), retryPolicy)
  if (decision.action === 'retry') return recordRetry(attempt, decision)

  const { error } = decision
  const recorded = await write(() => store.fail(claim, { error, ...options }))
  switch (recorded) {
    case 'lease_lost':
      return lostLease(attempt)
    case 'more':
      return { outcome: 'more' }
    case 'failed':
      attempt.onEvent({ ...about(work), type: 'failed', error })
      return { outcome: 'failed', error }
  }
}

async function recordRetry(
  attempt: Attempt,
  retry: { delayMs: number; error: WorkError | null; counted: boolean; unsettled: boolean },
): Promise<WorkResult> {
  const { work, store, claim, write } = attempt
  const delayMs = await write(() => store.retry(claim, retry))
  if (delayMs === null) return lostLease(attempt)
  attempt.onEvent({ ...about(work), type: 'retrying', delayMs, error: retry.error })
  return { outcome: 'retrying', delayMs, error: retry.error }
}

/** Names a leased row to the functions that report about it. */
export function toClaim({ work, lease }: LeasedWork): Claim {
  return { profileId: work.profileId, lease, revision: work.revision }
}

function lostLease(attempt: Attempt): WorkResult {
  attempt.onEvent({ ...about(attempt.work), type: 'lease_lost' })
  return { outcome: 'lease_lost' }
}

function requireCustomer(work: ClaimedWork): string {
  if (work.stripeCustomer === null) throw new TypeError('A row was claimed for an update without a customer.')
  return work.stripeCustomer
}

function about(work: ClaimedWork): { profileId: string; kind: ClaimedWork['kind'] } {
  return { profileId: work.profileId, kind: work.kind }
}
