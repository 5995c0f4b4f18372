import { z } from 'zod'

// What the `stripe` package resolves with is any JSON without a member `error`, so it is parsed like any other input.

/** Parses a customer that is not deleted. */
export const customerSchema = z.object({
  object: z.literal('customer'),
  id: z.string().startsWith('cus_'),
  deleted: z.literal(false).optional(),
  email: z.string().nullable(),
  metadata: z.record(z.string(), z.string()),
  created: z.int(),
})

/** Parses a deleted customer, which is also the answer to a deletion. */
export const deletedSchema = z
  .object({ object: z.literal('customer'), id: z.string().startsWith('cus_'), deleted: z.literal(true) })
  .transform(() => 'deleted' as const)

/** A customer in Stripe, as far as the engine looks at it. */
export type StripeCustomer = z.infer<typeof customerSchema>

/** Parses a customer; 'deleted' for one that was deleted. */
export const customerOrDeletedSchema = z.union([deletedSchema, customerSchema])

/** Parses one page of a list or a search. */
export const customerPageSchema = z.object({ data: z.array(customerSchema), has_more: z.boolean() })
