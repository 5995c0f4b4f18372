import type { Stripe } from 'stripe'
import { apiVersion } from '../requests/api-version.ts'
import type { WireSubscription } from '../subscriptions/subscription-body.ts'

/** What happened, with the object as it is after it. */
export type EventData =
  | { type: 'customer.created'; object: Stripe.Customer }
  | { type: 'customer.updated'; object: Stripe.Customer; previous: PreviousAttributes }
  | { type: 'customer.deleted'; object: Stripe.Customer }
  | { type: 'customer.subscription.created'; object: WireSubscription }
  | { type: 'customer.subscription.deleted'; object: WireSubscription }

/** The former values of what changed; null where there was none. */
export type PreviousAttributes = Readonly<Record<string, unknown>>

/** The request that made something happen. */
export interface EventCause {
  /** The request's id, `req_…`. */
  readonly id: string
  readonly idempotencyKey: string | null
}

/** An event as Stripe shows it. */
export type EventBody = Omit<Stripe.EventBase, 'type' | 'data'> & {
  type: EventData['type']
  data: { object: EventData['object']; previous_attributes?: PreviousAttributes }
}

/**
 * Builds an event.
 *
 * @param pendingWebhooks how many endpoints have not taken it yet
 */
export function eventBody(
  id: string,
  created: number,
  event: EventData,
  cause: EventCause,
  pendingWebhooks: number,
): EventBody {
  return {
    id,
    object: 'event',
    api_version: apiVersion,
    created,
    data:
      event.type === 'customer.updated'
        ? { object: event.object, previous_attributes: event.previous }
        : { object: event.object },
    livemode: false,
    pending_webhooks: pendingWebhooks,
    request: { id: cause.id, idempotency_key: cause.idempotencyKey },
    type: event.type,
  }
}
