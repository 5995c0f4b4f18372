import { z } from 'zod'
import { checkParams } from '../params/check-params.ts'
import { pageParams } from '../params/param-types.ts'
import type { Endpoint } from '../requests/endpoint.ts'
import { listBody } from '../storage/list-page.ts'
import { subscriptionBody } from './subscription-body.ts'
import type { SubscriptionStore } from './subscription-store.ts'

export const subscriptionListParamsSchema = z.strictObject({ ...pageParams, customer: z.string().optional() })

/** Parameters that Stripe accepts and the stand-in refuses. */
export const unsupportedListParams = [
  'automatic_tax',
  'collection_method',
  'created',
  'current_period_end',
  'current_period_start',
  'customer_account',
  'expand',
  'plan',
  'price',
  'status',
  'test_clock',
] as const

/** Creates `GET /v1/subscriptions`, which shows whether a customer has a subscription. */
export function createSubscriptionEndpoints(subscriptions: SubscriptionStore): Endpoint[] {
  return [
    {
      method: 'GET',
      path: '/v1/subscriptions',
      run(request) {
        const sent = checkParams(subscriptionListParamsSchema, request.params, unsupportedListParams)
        const { data, hasMore } = subscriptions.list(sent)
        const bodies = data.map((record) => subscriptionBody(record, null))
        return listBody(bodies, hasMore, '/v1/subscriptions')
      },
    },
  ]
}
