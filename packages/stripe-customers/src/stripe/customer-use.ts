import type { Stripe } from 'stripe'
import { z } from 'zod'
import { deletedSchema } from './stripe-customer.ts'

/** What a customer has that would be lost with it. */
export type CustomerUse = 'subscription' | 'payment_method' | 'invoice' | 'balance'

/** A request that tells whether a customer has something that would be lost with it. */
export interface CustomerUseQuery {
  readonly use: CustomerUse
  readonly request: (stripe: Stripe, customer: string, options: Stripe.RequestOptions) => Promise<unknown>
  /** Parses the response to whether the customer has it. */
  readonly schema: z.ZodType<boolean>
}

const anyPageSchema = z.object({ data: z.array(z.object({ id: z.string() })) }).transform(({ data }) => data.length > 0)
const balanceSchema = z.union([
  deletedSchema.transform(() => false),
  z.object({ object: z.literal('customer'), balance: z.int() }).transform(({ balance }) => balance !== 0),
])

/** All requests that tell what would be lost with a customer. */
export const customerUseQueries: readonly CustomerUseQuery[] = [
  // By default Stripe leaves canceled subscriptions out. What remains of them are their invoices.
  {
    use: 'subscription',
    request: (stripe, customer, options) => stripe.subscriptions.list({ customer, limit: 1 }, options),
    schema: anyPageSchema,
  },
  {
    use: 'payment_method',
    request: (stripe, customer, options) => stripe.customers.listPaymentMethods(customer, { limit: 1 }, options),
    schema: anyPageSchema,
  },
  {
    use: 'invoice',
    request: (stripe, customer, options) => stripe.invoices.list({ customer, limit: 1 }, options),
    schema: anyPageSchema,
  },
  {
    use: 'balance',
    request: (stripe, customer, options) => stripe.customers.retrieve(customer, {}, options),
    schema: balanceSchema,
  },
]
