export type { AppliedEvent } from './apply-event.ts'
export { systemClock, type Clock } from './clock.ts'
export {
  createStripeCustomers,
  DEFAULT_LEASE_MS,
  DEFAULT_REQUEST_TIMEOUT_MS,
  type StripeCustomers,
  type StripeCustomersOptions,
} from './create-stripe-customers.ts'
export { DEFAULT_RETRY_POLICY, type RetryPolicy } from './decide-retry.ts'
export { StripeCustomersError, type StripeCustomersErrorCode } from './errors.ts'
export type { StripeCustomersEvent } from './events.ts'
export type { PostgresClient } from './postgres-functions.ts'
export type { ProvisionResult } from './provision.ts'
export type { SweepOptions, SweepResult } from './sweep.ts'
export type { WorkError, WorkErrorCode } from './work-error.ts'
