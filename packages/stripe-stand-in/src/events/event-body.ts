import type { Stripe } from 'stripe'
import { apiVersion } from '../requests/api-version.ts'

/** What happened, with the object as it is now. */
export type EventData =
  | { type: 'customer.created'; object: Stripe.Customer }
  | { type: 'customer.updated'; object: Stripe.Customer; previous: PreviousAttributes }
  | { type: 'customer.deleted'; object: Stripe.Customer }
  | { type: 'customer.subscription.created'; object: Stripe.Subscription }
  | { type: 'customer.subscription.deleted'; object: Stripe.Subscription }

/** The previous values of changed attributes; null for an attribute that was not set. */
export type PreviousAttributes = Readonly<Record<string, unknown>>

/** The request that caused an event. Both are null if no request did. */
export interface EventCause {
  /** `req_…` */
  readonly id: string | null
  readonly idempotencyKey: string | null
}

/** The body of an event. */
export type EventBody = Omit<Stripe.EventBase, 'type' | 'data'> & {
  type: EventData['type']
  data: { object: EventData['object']; previous_attributes?: PreviousAttributes }
}

/**
 * Builds the body of an event.
 *
 * @param pendingWebhooks the number of endpoints that have not accepted it yet
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
