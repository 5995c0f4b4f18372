import { toUnixSeconds, type AdjustableClock } from '../adjustable-clock.ts'
import type { EventCause } from '../events/event-body.ts'
import type { EventStore } from '../events/event-store.ts'
import { newId } from '../new-id.ts'
import { subscriptionBody } from './subscription-body.ts'
import type { SubscriptionStore } from './subscription-store.ts'

/** Starts and ends the subscriptions of a customer. */
export interface CustomerSubscriptions {
  /** Adds an active subscription to a customer that exists. */
  add(customerId: string, cause: EventCause): void
  /** Cancels every subscription of a customer, as Stripe does when the customer is deleted. */
  cancelAll(customerId: string, cause: EventCause): void
}

/** Creates the actions on subscriptions. The caller holds the transaction. */
export function createCustomerSubscriptions(
  subscriptions: SubscriptionStore,
  events: EventStore,
  clock: AdjustableClock,
): CustomerSubscriptions {
  return {
    add(customerId, cause) {
      const record = { id: newId('sub'), customer: customerId, created: toUnixSeconds(clock.now()) }
      subscriptions.insert(record)
      events.record({ type: 'customer.subscription.created', object: subscriptionBody(record, null) }, cause)
    },
    cancelAll(customerId, cause) {
      for (const record of subscriptions.ofCustomer(customerId)) {
        subscriptions.remove(record.id)
        const object = subscriptionBody(record, toUnixSeconds(clock.now()))
        events.record({ type: 'customer.subscription.deleted', object }, cause)
      }
    },
  }
}
