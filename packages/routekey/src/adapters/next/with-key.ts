import { addHeaders } from '../../guard/add-headers.ts'
import { authenticate } from '../../guard/authenticate.ts'
import { type GuardOptions, refuse } from '../../guard/refuse.ts'
import type { Verifier } from '../../guard/verifier.ts'

/** The parameters of a dynamic route, as Next.js gives them. */
export type RouteParams = Record<string, string | string[] | undefined>

/** The second argument of a guarded handler. */
export interface GuardContext<Caller, Params = RouteParams> {
  /** The accepted caller. */
  readonly caller: Caller
  readonly params: Promise<Params>
}

/**
 * Guards a route handler of the App Router: the handler runs only if the verifier accepts the request. Errors of the handler,
 * `redirect()` and `notFound()` reach Next.js unchanged.
 *
 * Wrap each exported method. A method that is not wrapped is open to everyone.
 *
 * @example
 * import { envSecret } from 'routekey'
 * import { withKey } from 'routekey/next'
 *
 * export const POST = withKey(envSecret('API_ROUTE_SECRET'), async (request, { caller }) =>
 *   Response.json({ from: caller.variable, body: await request.json() }),
 * )
 */
export function withKey<Caller, Params = RouteParams, Req extends Request = Request>(
  verifier: Verifier<Caller>,
  handler: (request: Req, context: GuardContext<Caller, Params>) => Response | Promise<Response>,
  options: GuardOptions = {},
): (request: Req, context: { params: Promise<Params> }) => Promise<Response> {
  return async (request, context) => {
    const result = await authenticate(request, verifier, options)
    if (!result.ok) return refuse(result.denial, request, options)
    return addHeaders(await handler(request, { ...context, caller: result.caller }), result.headers)
  }
}
