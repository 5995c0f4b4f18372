import type { Clock } from '../clock.ts'
import type { CustomerStore } from '../customers/customer-store.ts'
import type { EventStore } from '../events/event-store.ts'
import { listBody } from '../list-page.ts'
import { newId } from '../new-id.ts'
import { mergeMetadata } from '../params/metadata-param.ts'
import { readParams } from '../params/read-params.ts'
import type { Endpoint } from '../requests/endpoint.ts'
import { missingResource } from '../stripe-failure.ts'
import type { SubscriptionActions } from './subscription-actions.ts'
import { subscriptionBody } from './subscription-body.ts'
import * as params from './subscription-params.ts'
import type { SubscriptionRecord } from './subscription-record.ts'
import type { SubscriptionStore } from './subscription-store.ts'

/** What the endpoints of subscriptions work on. */
export interface SubscriptionDependencies {
  readonly clock: Clock
  readonly customers: CustomerStore
  readonly subscriptions: SubscriptionStore
  readonly actions: SubscriptionActions
  readonly events: EventStore
}

/** Creates the endpoints under `/v1/subscriptions`: enough to tell which customer has one and what deleting it ends. */
export function createSubscriptionEndpoints(dependencies: SubscriptionDependencies): Endpoint[] {
  const { clock, customers, subscriptions, actions, events } = dependencies

  const existing = (id: string): SubscriptionRecord => {
    const record = subscriptions.find(id)
    if (record === undefined) throw missingResource('subscription', id)
    return record
  }

  return [
    {
      method: 'POST',
      path: '/v1/subscriptions',
      run(request) {
        const sent = readParams(params.subscriptionCreateParamsSchema, request.params, params.unsupportedCreateParams)
        const customer = customers.find(sent.customer)
        if (customer === undefined || customer.deleted) throw missingResource('customer', sent.customer, 'customer')
        const record: SubscriptionRecord = {
          id: newId('sub'),
          customer: customer.record.id,
          created: clock.nowSeconds(),
          status: 'active',
          canceledAt: null,
          description: sent.description,
          metadata: mergeMetadata({}, sent.metadata),
          items: sent.items.map((item) => ({ id: newId('si'), ...item })),
        }
        subscriptions.insert(record)
        const object = subscriptionBody(record)
        events.record({ type: 'customer.subscription.created', object }, request)
        return object
      },
    },
    {
      method: 'GET',
      path: '/v1/subscriptions',
      run(request) {
        const sent = readParams(params.subscriptionListParamsSchema, request.params, params.unsupportedListParams)
        const { data, hasMore } = subscriptions.list(sent)
        return listBody(data.map(subscriptionBody), hasMore, '/v1/subscriptions')
      },
    },
    {
      method: 'GET',
      path: '/v1/subscriptions/:id',
      run(request) {
        readParams(params.noSubscriptionParamsSchema, request.params, ['expand'])
        return subscriptionBody(existing(request.objectId))
      },
    },
    {
      method: 'DELETE',
      path: '/v1/subscriptions/:id',
      run(request) {
        readParams(params.noSubscriptionParamsSchema, request.params, params.unsupportedCancelParams)
        const record = existing(request.objectId)
        if (record.status === 'canceled') throw missingResource('subscription', record.id)
        return actions.cancel(record, request)
      },
    },
  ]
}
