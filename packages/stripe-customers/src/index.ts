export type { AppliedEvent } from './work/apply-event.ts'
export { systemClock, type Clock } from './clock.ts'
export {
  createStripeCustomers,
  defaultLeaseMs as DEFAULT_LEASE_MS,
  defaultRequestTimeoutMs as DEFAULT_REQUEST_TIMEOUT_MS,
  type StripeCustomers,
  type StripeCustomersOptions,
} from './create-stripe-customers.ts'
export { defaultRetryPolicy as DEFAULT_RETRY_POLICY, type RetryPolicy } from './work/decide-retry.ts'
export { StripeCustomersError, type StripeCustomersErrorCode } from './errors.ts'
export type { StripeCustomersEvent } from './work/events.ts'
export type { PostgresClient } from './store/postgres-functions.ts'
export type { ProvisionResult } from './work/provision.ts'
export type { SweepOptions, SweepResult } from './work/sweep.ts'
export type { WorkError, WorkErrorCode } from './store/work-error.ts'
