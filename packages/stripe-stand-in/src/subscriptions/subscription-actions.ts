import type { Stripe } from 'stripe'
import type { Clock } from '../clock.ts'
import type { EventCause } from '../events/event-body.ts'
import type { EventStore } from '../events/event-store.ts'
import { listBody } from '../list-page.ts'
import { subscriptionBody, type WireSubscription } from './subscription-body.ts'
import type { SubscriptionRecord } from './subscription-record.ts'
import type { SubscriptionStore } from './subscription-store.ts'

/** What happens to subscriptions, whoever asks for it. */
export interface SubscriptionActions {
  /** Cancels a subscription at once. */
  cancel(record: SubscriptionRecord, cause: EventCause): WireSubscription
  /** Cancels all that a customer has, as deleting the customer does. */
  cancelAll(customerId: string, cause: EventCause): void
  /** Shows a customer's active subscriptions, as expanding `subscriptions` does. */
  ofCustomer(customerId: string): Stripe.ApiList<WireSubscription>
}

/** Creates the actions on subscriptions; the caller holds the transaction. */
export function createSubscriptionActions(
  subscriptions: SubscriptionStore,
  events: EventStore,
  clock: Clock,
): SubscriptionActions {
  const cancel: SubscriptionActions['cancel'] = (record, cause) => {
    const canceled: SubscriptionRecord = { ...record, status: 'canceled', canceledAt: clock.nowSeconds() }
    subscriptions.update(canceled)
    const object = subscriptionBody(canceled)
    events.record({ type: 'customer.subscription.deleted', object }, cause)
    return object
  }
  return {
    cancel,
    cancelAll(customerId, cause) {
      for (const record of subscriptions.active(customerId)) cancel(record, cause)
    },
    ofCustomer(customerId) {
      const active = subscriptions.active(customerId).map(subscriptionBody).toReversed()
      return listBody(active, false, `/v1/customers/${customerId}/subscriptions`)
    },
  }
}
