import type { WorkStore } from '../store/work-store.ts'
import type { ReconcileStore } from './reconcile-store.ts'
import type { StripeAccount } from './stripe-account.ts'

/** The two sides that reconciling compares: the database and the Stripe account. */
export interface ReconcileDependencies {
  readonly store: ReconcileStore
  readonly work: Pick<WorkStore, 'requeue' | 'unlink'>
  readonly account: StripeAccount
}
