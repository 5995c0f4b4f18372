import type { Stripe } from 'stripe'
import type { SubscriptionRecord } from './subscription-record.ts'

/** A plan as it travels; the SDK turns the decimal's text into its own class. */
export type WirePlan = Omit<Stripe.Plan, 'amount_decimal'> & { amount_decimal: string | null }

/** A price as it travels. */
export type WirePrice = Omit<Stripe.Price, 'unit_amount_decimal'> & { unit_amount_decimal: string | null }

/** A subscription's item as it travels. */
export type WireSubscriptionItem = Omit<Stripe.SubscriptionItem, 'plan' | 'price'> & {
  plan: WirePlan
  price: WirePrice
}

/** A subscription as it travels. */
export type WireSubscription = Omit<Stripe.Subscription, 'items'> & { items: Stripe.ApiList<WireSubscriptionItem> }

const periodSeconds = 30 * 24 * 3600
const monthlyAmount = 1000

/** Builds a subscription as Stripe shows it. The stand-in has no catalogue: every price is 10.00 USD a month. */
export function subscriptionBody(record: SubscriptionRecord): WireSubscription {
  return {
    id: record.id,
    object: 'subscription',
    application: null,
    application_fee_percent: null,
    automatic_tax: { disabled_reason: null, enabled: false, liability: null },
    billing_cycle_anchor: record.created,
    billing_cycle_anchor_config: null,
    billing_mode: { flexible: null, type: 'classic' },
    billing_schedules: [],
    billing_thresholds: null,
    cancel_at: null,
    cancel_at_period_end: false,
    canceled_at: record.canceledAt,
    cancellation_details: { comment: null, feedback: null, feedback_option: null, reason: null },
    collection_method: 'charge_automatically',
    created: record.created,
    currency: 'usd',
    customer: record.customer,
    customer_account: null,
    days_until_due: null,
    default_payment_method: null,
    default_source: null,
    default_tax_rates: [],
    description: record.description,
    discounts: [],
    ended_at: record.canceledAt,
    invoice_settings: {
      account_tax_ids: null,
      custom_fields: null,
      description: null,
      footer: null,
      issuer: { type: 'self' },
    },
    items: {
      object: 'list',
      data: record.items.map((item) => itemBody(record, item)),
      has_more: false,
      url: `/v1/subscription_items?subscription=${record.id}`,
    },
    latest_invoice: null,
    livemode: false,
    managed_payments: null,
    metadata: record.metadata,
    next_pending_invoice_item_invoice: null,
    on_behalf_of: null,
    pause_collection: null,
    payment_settings: null,
    pending_invoice_item_interval: null,
    pending_setup_intent: null,
    pending_update: null,
    schedule: null,
    start_date: record.created,
    status: record.status,
    test_clock: null,
    transfer_data: null,
    trial_end: null,
    trial_settings: { end_behavior: { billing_cycle_anchor: null, missing_payment_method: 'create_invoice' } },
    trial_start: null,
  }
}

function itemBody(record: SubscriptionRecord, item: SubscriptionRecord['items'][number]): WireSubscriptionItem {
  return {
    id: item.id,
    object: 'subscription_item',
    billing_thresholds: null,
    created: record.created,
    current_period_end: record.created + periodSeconds,
    current_period_start: record.created,
    current_trial: null,
    discounts: [],
    metadata: {},
    plan: planBody(item.price, record.created),
    price: priceBody(item.price, record.created),
    quantity: item.quantity,
    subscription: record.id,
    tax_rates: [],
  }
}

function planBody(id: string, created: number): WirePlan {
  return {
    id,
    object: 'plan',
    active: true,
    amount: monthlyAmount,
    amount_decimal: String(monthlyAmount),
    billing_scheme: 'per_unit',
    created,
    currency: 'usd',
    interval: 'month',
    interval_count: 1,
    livemode: false,
    metadata: {},
    meter: null,
    nickname: null,
    product: 'prod_sandbox',
    tiers_mode: null,
    transform_usage: null,
    trial_period_days: null,
    usage_type: 'licensed',
  }
}

function priceBody(id: string, created: number): WirePrice {
  return {
    id,
    object: 'price',
    active: true,
    billing_scheme: 'per_unit',
    created,
    currency: 'usd',
    custom_unit_amount: null,
    livemode: false,
    lookup_key: null,
    metadata: {},
    nickname: null,
    product: 'prod_sandbox',
    recurring: { interval: 'month', interval_count: 1, meter: null, trial_period_days: null, usage_type: 'licensed' },
    tax_behavior: 'unspecified',
    tiers_mode: null,
    transform_quantity: null,
    type: 'recurring',
    unit_amount: monthlyAmount,
    unit_amount_decimal: String(monthlyAmount),
  }
}
