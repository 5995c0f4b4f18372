import 'server-only'
import { trace } from '@opentelemetry/api'
import { createStripeCustomers, type StripeCustomersEvent } from '@routekey/stripe-customers'
import { log } from '#server/log.ts'
import { createStripeClient } from '#server/stripe.ts'
import { createServiceClient } from '#server/supabase.ts'

let engine: ReturnType<typeof createStripeCustomers> | undefined

/**
 * Gives the engine of this process: one, because it learns Stripe's pace from the answers to all requests.
 *
 * @throws EnvironmentError `ERR_ENV_INVALID` when Supabase or Stripe is not configured
 */
export function getStripeCustomerEngine(): ReturnType<typeof createStripeCustomers> {
  engine ??= createStripeCustomers({
    supabase: createServiceClient(),
    stripe: createStripeClient(),
    onEvent: logEvent,
    // Makes no spans until a tracer is registered, in an instrumentation.ts.
    tracer: trace.getTracer('@routekey/stripe-customers'),
  })
  return engine
}

function logEvent({ type, ...fields }: StripeCustomersEvent): void {
  const level = type === 'failed' ? 'error' : type === 'retrying' || type === 'lease_lost' ? 'warn' : 'info'
  log(level, `stripe_customer.${type}`, fields)
}
