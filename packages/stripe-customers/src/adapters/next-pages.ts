import type { IncomingMessage, ServerResponse } from 'node:http'
import { createReplies, type GuardedContext, type StripeCustomersRouteOptions } from '../route/create-replies.ts'
import { isTooLarge, readText } from '../route/read-text.ts'
import { createProblem, type Reply } from '../route/reply.ts'

export type { GuardedContext, StripeCustomersRouteOptions } from '../route/create-replies.ts'

/** A request of the Pages Router. `body`: what Next.js parsed; undefined with `bodyParser: false`. */
export interface PagesRequest extends IncomingMessage {
  readonly body?: unknown
}

/** A handler of the Pages Router, without its guard. */
export type PagesHandler = (request: PagesRequest, response: ServerResponse, context: GuardedContext) => Promise<void>

/** The handlers of {@link createStripeCustomersRoute}. */
export interface StripeCustomersRoute {
  /** Serves POST: gives the profile of a notification its customer. Repeated requests get the same one. */
  readonly provision: PagesHandler
  /** Serves GET and POST, for the schedule: does all work that is due, and responds with counts. */
  readonly sweep: PagesHandler
}

/**
 * Creates the API routes of the engine for the Pages Router. They refuse every request that no guard has accepted, so wrap each
 * in `withKey`, and put each in a file of its own.
 *
 * @example
 * // pages/api/create-stripe-customer.ts
 * import { createStripeCustomersRoute } from '@routekey/stripe-customers/next-pages'
 * import { envSecret } from 'routekey'
 * import { withKey } from 'routekey/next-pages'
 *
 * const route = createStripeCustomersRoute({ customers, table: 'public.profiles' })
 * export default withKey(envSecret('API_ROUTE_SECRET'), route.provision)
 */
export function createStripeCustomersRoute(options: StripeCustomersRouteOptions): StripeCustomersRoute {
  const replies = createReplies(options)
  return {
    provision: serve(['POST'], (request, context) => replies.provision(context, () => readBody(request))),
    sweep: serve(['GET', 'POST'], (_request, context) => replies.sweep(context)),
  }
}

/** Sends what `answer` returns, to the methods that it serves. */
function serve(
  methods: readonly string[],
  answer: (request: PagesRequest, context: GuardedContext) => Promise<Reply>,
): PagesHandler {
  const refusal = createProblem(405, `Method not allowed. Use ${methods.join(' or ')}.`, { allow: methods.join(', ') })
  return async (request, response, context) => {
    const isServed = methods.includes(request.method ?? '')
    const { status, headers, body } = isServed ? await answer(request, context) : refusal
    response.writeHead(status, { ...headers }).end(JSON.stringify(body))
  }
}

/** Returns null if the body is too large. */
async function readBody(request: PagesRequest): Promise<unknown> {
  const contentLength = request.headers['content-length']
  if (request.body === undefined) return readText(request, contentLength)
  // The JSON text `null` is a body too.
  return isTooLarge(contentLength) ? null : (request.body ?? 'null')
}
