import { z } from 'zod'
import { metadataParam } from '../params/metadata-param.ts'
import { choice, instantRange, integer, list, requiredText, text } from '../params/param-types.ts'

const itemSchema = z.strictObject({ price: requiredText(5000), quantity: integer(0).default(1) })

/** The parameters that create a subscription. */
export const subscriptionCreateParamsSchema = z.strictObject({
  customer: requiredText(5000),
  description: text(500).default(null),
  items: list(itemSchema).refine((items) => items.length > 0, { message: 'A subscription needs at least one item.' }),
  metadata: metadataParam().default({}),
})

/** The parameters that retrieve or cancel a subscription: none. */
export const noSubscriptionParamsSchema = z.strictObject({})

/** The parameters that list subscriptions. */
export const subscriptionListParamsSchema = z.strictObject({
  created: instantRange().default({}),
  customer: z.string().optional(),
  ending_before: z.string().optional(),
  limit: integer(1, 100).default(10),
  starting_after: z.string().optional(),
  status: choice(['active', 'all', 'canceled', 'ended']).optional(),
})

/** What a client asks for in a list of subscriptions. */
export type SubscriptionListParams = z.infer<typeof subscriptionListParamsSchema>

/** What a client sets of a new subscription. */
export type SubscriptionCreateParams = z.infer<typeof subscriptionCreateParamsSchema>

/** What Stripe accepts when a subscription is created and the stand-in does not: it bills nothing. */
export const unsupportedCreateParams = [
  'add_invoice_items',
  'application_fee_percent',
  'automatic_tax',
  'backdate_start_date',
  'billing_cycle_anchor',
  'billing_cycle_anchor_config',
  'billing_mode',
  'billing_schedules',
  'billing_thresholds',
  'cancel_at',
  'cancel_at_period_end',
  'collection_method',
  'currency',
  'customer_account',
  'days_until_due',
  'default_payment_method',
  'default_source',
  'default_tax_rates',
  'discounts',
  'expand',
  'invoice_settings',
  'off_session',
  'on_behalf_of',
  'payment_behavior',
  'payment_settings',
  'pending_invoice_item_interval',
  'proration_behavior',
  'transfer_data',
  'trial_end',
  'trial_from_plan',
  'trial_period_days',
  'trial_settings',
] as const

/** What Stripe accepts when subscriptions are listed and the stand-in does not. */
export const unsupportedListParams = [
  'automatic_tax',
  'collection_method',
  'current_period_end',
  'current_period_start',
  'customer_account',
  'expand',
  'plan',
  'price',
  'test_clock',
] as const

/** What Stripe accepts when a subscription is canceled and the stand-in does not. */
export const unsupportedCancelParams = ['cancellation_details', 'expand', 'invoice_now', 'prorate'] as const
