export {
  createStripeCustomers,
  defaultLeaseMs,
  defaultRequestTimeoutMs,
  type StripeCustomers,
  type StripeCustomersOptions,
} from './create-stripe-customers.ts'
export { StripeCustomersError, type StripeCustomersErrorCode } from './errors.ts'
export type { Span, Tracer } from './spans.ts'
export type { PostgresClient } from './store/postgres-functions.ts'
export type { SupabaseRpcClient } from './store/supabase-functions.ts'
export type { WorkError, WorkErrorCode } from './store/work-error.ts'
export type { AppliedEvent } from './work/apply-event.ts'
export { defaultRetryPolicy, type RetryPolicy } from './work/decide-retry.ts'
export type { StripeCustomersEvent } from './work/events.ts'
export type { ProvisionResult } from './work/provision-profile.ts'
export type { WakeUps, WakeUpState } from './wake-ups/judge-wake-ups.ts'
export type { SweepOptions, SweepResult } from './work/sweep-profiles.ts'
