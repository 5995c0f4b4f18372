import { z } from 'zod'
import { listBody } from '../list-page.ts'
import { instantRange, integer, list } from '../params/param-types.ts'
import { readParams } from '../params/read-params.ts'
import type { Endpoint } from '../requests/endpoint.ts'
import { missingResource } from '../stripe-failure.ts'
import type { EventStore } from './event-store.ts'

/** The parameters that list events. */
export const eventListParamsSchema = z.strictObject({
  created: instantRange().default({}),
  ending_before: z.string().optional(),
  limit: integer(1, 100).default(10),
  starting_after: z.string().optional(),
  type: z.string().optional(),
  types: list(z.string()).optional(),
})

/** What Stripe accepts when events are listed and the stand-in does not. */
export const unsupportedListParams = ['delivery_success', 'expand'] as const

/** Creates the endpoints under `/v1/events`. */
export function createEventEndpoints(events: EventStore): Endpoint[] {
  return [
    {
      method: 'GET',
      path: '/v1/events',
      run(request) {
        const sent = readParams(eventListParamsSchema, request.params, unsupportedListParams)
        const types = sent.type === undefined ? sent.types : [sent.type]
        const { data, hasMore } = events.list({ ...sent, types })
        return listBody(data, hasMore, '/v1/events')
      },
    },
    {
      method: 'GET',
      path: '/v1/events/:id',
      run(request) {
        readParams(z.strictObject({}), request.params, ['expand'])
        const event = events.find(request.objectId)
        if (event === undefined) throw missingResource('event', request.objectId)
        return event
      },
    },
  ]
}
