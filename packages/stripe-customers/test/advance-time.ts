import type { StripeStandIn } from '@routekey/stripe-stand-in'
import type { TestDatabase } from './test-stack.ts'

/** Advances time: moves every instant in the database back, and Stripe's clock forward. */
export async function advanceTime(
  database: TestDatabase,
  standIn: Pick<StripeStandIn, 'advanceClock'>,
  seconds: number,
): Promise<void> {
  await database.query(
    `with passed as (select make_interval(secs => $1) as by),
       users as (update auth.users set created_at = created_at - by from passed),
       profiles as (update public.profile set created_at = created_at - by from passed)
     update public.stripe_customer_work set
       created_at = created_at - by,
       first_attempt_at = first_attempt_at - by,
       key_since = key_since - by,
       next_attempt_at = next_attempt_at - by,
       unsettled_until = unsettled_until - by,
       done_at = done_at - by,
       failed_at = failed_at - by
     from passed`,
    [seconds],
  )
  standIn.advanceClock(seconds)
}
