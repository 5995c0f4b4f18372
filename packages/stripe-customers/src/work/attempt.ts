import { traceGateway } from '../spans.ts'
import type { ClaimedWork } from '../store/work-rows.ts'
import type { Claim } from '../store/work-store.ts'
import { createStripeGateway, type StripeGateway } from '../stripe/stripe-gateway.ts'
import { type LeasedWork, toClaim } from './claim-work.ts'
import type { EngineDependencies } from './engine-dependencies.ts'
import { retryWhileLeased } from './retry-while-leased.ts'

/** One attempt at a leased row, and all that it needs. */
export interface Attempt extends EngineDependencies {
  readonly work: ClaimedWork
  readonly claim: Claim
  readonly stripe: StripeGateway
  /** Writes to the database, and repeats that while the database is unavailable and the lease lasts. */
  readonly write: <T>(write: () => Promise<T>) => Promise<T>
}

/** Begins an attempt. It sends nothing. */
export function beginAttempt(deps: EngineDependencies, leased: LeasedWork): Attempt {
  const { work, leaseExpiresAt } = leased
  return {
    ...deps,
    work,
    claim: toClaim(leased),
    stripe: traceGateway(createStripeGateway(deps.gateway, leaseExpiresAt), deps.inSpan),
    write: (write) => retryWhileLeased(deps, leaseExpiresAt, write),
  }
}
