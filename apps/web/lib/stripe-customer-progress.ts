import { z } from 'zod'

/** How far a profile's Stripe customer is, as its owner may know it. */
export const stripeCustomerProgress = z.discriminatedUnion('status', [
  z.object({ status: z.literal('pending') }),
  z.object({ status: z.literal('retrying'), nextAttemptAt: z.iso.datetime() }),
  z.object({ status: z.literal('failed') }),
  z.object({ status: z.literal('done'), stripeCustomer: z.string() }),
])

/** See {@link stripeCustomerProgress}. */
export type StripeCustomerProgress = z.infer<typeof stripeCustomerProgress>
