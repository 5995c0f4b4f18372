import { z } from 'zod'
import { checkParams } from '../params/check-params.ts'
import { pageParams } from '../params/param-types.ts'
import type { Endpoint } from '../requests/endpoint.ts'
import { listBody } from '../storage/list-page.ts'
import type { EventStore } from './event-store.ts'

export const eventListParamsSchema = z.strictObject({ ...pageParams, type: z.string().optional() })

/** Parameters that Stripe accepts and the stand-in refuses. */
export const unsupportedListParams = ['created', 'delivery_success', 'expand', 'types'] as const

/** Creates `GET /v1/events`. */
export function createEventEndpoints(events: EventStore): Endpoint[] {
  return [
    {
      method: 'GET',
      path: '/v1/events',
      run(request) {
        const { data, hasMore } = events.list(checkParams(eventListParamsSchema, request.params, unsupportedListParams))
        return listBody(data, hasMore, '/v1/events')
      },
    },
  ]
}
