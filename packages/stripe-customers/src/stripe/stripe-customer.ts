import { z } from 'zod'

// The `stripe` package resolves with any JSON that has no `error`, so its results are parsed like any other input.

/** Parses a customer that is not deleted. */
export const customerSchema = z.object({
  object: z.literal('customer'),
  // Not always `cus_…`: others may choose the ids of the customers that they create.
  id: z.string().min(1),
  deleted: z.literal(false).optional(),
  email: z.string().nullable(),
  metadata: z.record(z.string(), z.string()),
  created: z.int(),
})

/** Parses a customer that the engine created. */
export const createdCustomerSchema = customerSchema.extend({ id: z.string().startsWith('cus_') })

/** Parses a deleted customer, which is also the response to a deletion. */
export const deletedSchema = z
  .object({ object: z.literal('customer'), id: z.string().min(1), deleted: z.literal(true) })
  .transform(() => 'deleted' as const)

/** The fields of a Stripe customer that the engine reads. */
export type StripeCustomer = z.infer<typeof customerSchema>

/** Returns the id of the profile in the metadata of a customer, its mark. Null without one. */
export function markOf({ metadata }: Pick<StripeCustomer, 'metadata'>): string | null {
  return metadata['profile_id']?.toLowerCase() ?? null
}

/** Parses a customer, or to `deleted` if it was deleted. */
export const customerOrDeletedSchema = z.union([deletedSchema, customerSchema])

/** Parses the account of the key to its id. */
export const accountIdSchema = z
  .object({ object: z.literal('account'), id: z.string().startsWith('acct_') })
  .transform(({ id }) => id)

/** A customer whose id others chose, so the engine did not create it. */
const otherCustomerSchema = z
  .object({ object: z.literal('customer'), id: z.string().regex(/^(?!cus_)./) })
  .transform(({ id }) => ({ id, isOther: true as const }))

/**
 * Parses one page of a list or a search. `data`: the customers that the engine may have created. `others`: how many it did not
 * create, which may lack any other field. `last`: the id of the last customer of both.
 */
export const customerPageSchema = z
  .object({ data: z.array(z.union([otherCustomerSchema, customerSchema])), has_more: z.boolean() })
  .transform(({ data, has_more }) => {
    const own = data.flatMap((customer) => ('isOther' in customer ? [] : [customer]))
    return { data: own, others: data.length - own.length, last: data.at(-1)?.id, has_more }
  })
