import 'server-only'
import { trace } from '@opentelemetry/api'
import { createStripeCustomers, type StripeCustomersEvent } from '@routekey/stripe-customers'
import { stripeEnv } from '#server/env.ts'
import { log } from '#server/log.ts'
import { createStripeClient } from '#server/stripe.ts'
import { createServiceClient } from '#server/supabase.ts'

let engine: ReturnType<typeof createStripeCustomers> | undefined

/**
 * Returns the engine of this process. There is one, because it adapts its pace to Stripe's responses to all requests.
 *
 * @throws `ERR_ENV_INVALID` if Supabase or Stripe is not configured
 */
export function getStripeCustomerEngine(): ReturnType<typeof createStripeCustomers> {
  engine ??= createStripeCustomers({
    supabase: createServiceClient(),
    stripe: createStripeClient(),
    livemode: stripeEnv().livemode,
    onEvent: logEvent,
    // Creates no spans until a tracer is registered, in instrumentation.ts.
    tracer: trace.getTracer('@routekey/stripe-customers'),
  })
  return engine
}

function logEvent({ type, ...fields }: StripeCustomersEvent): void {
  const level = type === 'failed' ? 'error' : type === 'retrying' || type === 'lease_lost' ? 'warn' : 'info'
  log(level, `stripe_customer.${type}`, fields)
}
