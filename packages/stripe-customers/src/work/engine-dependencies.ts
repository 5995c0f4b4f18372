import type { CheckAccount } from '../account/check-account.ts'
import type { RunInSpan } from '../spans.ts'
import type { WorkStore } from '../store/work-store.ts'
import type { StripeGatewayDependencies } from '../stripe/stripe-gateway.ts'
import type { Timing } from '../timing.ts'
import type { RetryPolicy } from './decide-retry.ts'
import type { StripeCustomersEvent } from './events.ts'

/** Everything that one engine shares among its calls. */
export interface EngineDependencies extends Timing {
  readonly store: WorkStore
  readonly gateway: StripeGatewayDependencies
  readonly checkAccount: CheckAccount
  readonly retryPolicy: RetryPolicy
  readonly leaseMs: number
  /** How long `provision` waits for another worker, or for an attempt that is due soon. */
  readonly waitMs: number
  /** Rows that a sweep works on at the same time. */
  readonly concurrency: number
  /** Returns a number from 0 to 1, exclusive. */
  readonly random: () => number
  readonly randomUUID: () => string
  readonly onEvent: (event: StripeCustomersEvent) => void
  readonly inSpan: RunInSpan
}
