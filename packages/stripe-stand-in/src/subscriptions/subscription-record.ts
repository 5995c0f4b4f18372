import { z } from 'zod'

/** The stored form of an active subscription. Canceled ones are not kept. */
export const subscriptionRecordSchema = z.object({
  id: z.string(),
  customer: z.string(),
  created: z.number(),
})

export type SubscriptionRecord = z.infer<typeof subscriptionRecordSchema>
