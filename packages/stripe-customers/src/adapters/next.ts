import { createReplies, type GuardedContext, type StripeCustomersRouteOptions } from '../route/create-replies.ts'
import { readText } from '../route/read-text.ts'
import type { Reply } from '../route/reply.ts'

export type { GuardedContext, StripeCustomersRouteOptions } from '../route/create-replies.ts'

/** The handlers of {@link createStripeCustomersRoute}. */
export interface StripeCustomersRoute {
  /** For POST: gives the profile of a notification its customer. Repeated requests get the same one. */
  readonly provision: (request: Request, context: GuardedContext) => Promise<Response>
  /** For the method of the schedule, such as GET: does all work that is due, and responds with counts. */
  readonly sweep: (request: Request, context: GuardedContext) => Promise<Response>
}

/**
 * Creates the route handlers of the engine for the App Router, or for any server with `Request` and `Response`. They refuse
 * every request that no guard has accepted, so wrap each in `withKey`.
 *
 * @example
 * // app/api/create-stripe-customer/route.ts
 * import { createStripeCustomersRoute } from '@routekey/stripe-customers/next'
 * import { envSecret } from 'routekey'
 * import { withKey } from 'routekey/next'
 *
 * const route = createStripeCustomersRoute({ customers, table: 'public.profiles' })
 * export const POST = withKey(envSecret('API_ROUTE_SECRET'), route.provision)
 * export const GET = withKey(envSecret('CRON_SECRET'), route.sweep)
 */
export function createStripeCustomersRoute(options: StripeCustomersRouteOptions): StripeCustomersRoute {
  const replies = createReplies(options)
  return {
    provision: async (request, context) =>
      toResponse(
        await replies.provision(context, () => readText(request.body ?? [], request.headers.get('content-length'))),
      ),
    sweep: async (_request, context) => toResponse(await replies.sweep(context)),
  }
}

function toResponse({ status, headers, body }: Reply): Response {
  return Response.json(body, { status, headers })
}
