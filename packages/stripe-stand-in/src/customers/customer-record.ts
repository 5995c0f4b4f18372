import { z } from 'zod'

const addressRecordSchema = z.object({
  city: z.string().nullable(),
  country: z.string().nullable(),
  line1: z.string().nullable(),
  line2: z.string().nullable(),
  postal_code: z.string().nullable(),
  state: z.string().nullable(),
})

/** The stored form of a customer. */
export const customerRecordSchema = z.object({
  id: z.string(),
  created: z.number(),
  address: addressRecordSchema.nullable(),
  balance: z.number(),
  description: z.string().nullable(),
  email: z.string().nullable(),
  invoice_prefix: z.string(),
  metadata: z.record(z.string(), z.string()),
  name: z.string().nullable(),
  next_invoice_sequence: z.number(),
  phone: z.string().nullable(),
  preferred_locales: z.array(z.string()),
  shipping: z.object({ address: addressRecordSchema, name: z.string(), phone: z.string().nullable() }).nullable(),
  tax_exempt: z.enum(['exempt', 'none', 'reverse']),
})

export type CustomerRecord = z.infer<typeof customerRecordSchema>
