import { z } from 'zod'

const customer = z.object({
  object: z.literal('customer'),
  id: z.string().startsWith('cus_'),
  deleted: z.literal(false).optional(),
  email: z.string().nullable(),
  metadata: z.record(z.string(), z.string()),
  created: z.int(),
})

const deleted = z
  .object({ object: z.literal('customer'), id: z.string().startsWith('cus_'), deleted: z.literal(true) })
  .transform(() => 'deleted' as const)

/** A customer in Stripe, as far as the engine looks at it. */
export type StripeCustomer = z.infer<typeof customer>

// What the `stripe` package resolves with is whatever JSON came without a member `error`, so it is parsed like any input.

/** Parses a customer that lives. */
export const customerSchema = customer

/** Parses a customer; 'deleted' for one that was deleted. */
export const customerOrDeletedSchema = z.union([deleted, customer])

/** Parses the answer to a deletion. */
export const deletedSchema = deleted

/** Parses one page of a list or a search. */
export const customerPageSchema = z.object({ data: z.array(customer), has_more: z.boolean() })
