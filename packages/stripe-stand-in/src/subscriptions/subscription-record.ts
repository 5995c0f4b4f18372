import { z } from 'zod'

/** What the stand-in stores of a subscription. */
export const subscriptionRecordSchema = z.object({
  id: z.string(),
  customer: z.string(),
  created: z.number(),
  status: z.enum(['active', 'canceled']),
  canceledAt: z.number().nullable(),
  description: z.string().nullable(),
  metadata: z.record(z.string(), z.string()),
  items: z.array(z.object({ id: z.string(), price: z.string(), quantity: z.number() })),
})

/** What the stand-in stores of a subscription. */
export type SubscriptionRecord = z.infer<typeof subscriptionRecordSchema>
