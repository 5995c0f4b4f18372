import { z } from 'zod'

// The `stripe` package resolves with any JSON that has no `error`, so its results are parsed like any other input.

/** Parses a customer that is not deleted. */
export const customerSchema = z.object({
  object: z.literal('customer'),
  id: z.string().startsWith('cus_'),
  deleted: z.literal(false).optional(),
  email: z.string().nullable(),
  metadata: z.record(z.string(), z.string()),
  created: z.int(),
})

/** Parses a deleted customer, which is also the response to a deletion. */
export const deletedSchema = z
  .object({ object: z.literal('customer'), id: z.string().startsWith('cus_'), deleted: z.literal(true) })
  .transform(() => 'deleted' as const)

/** The fields of a Stripe customer that the engine reads. */
export type StripeCustomer = z.infer<typeof customerSchema>

/** Parses a customer, or to `deleted` if it was deleted. */
export const customerOrDeletedSchema = z.union([deletedSchema, customerSchema])

/** Parses one page of a list or a search. */
export const customerPageSchema = z.object({ data: z.array(customerSchema), has_more: z.boolean() })
