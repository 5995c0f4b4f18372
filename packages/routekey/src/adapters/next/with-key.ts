import { addHeaders } from '../../guard/add-headers.ts'
import { type AuthenticateOptions, authenticate } from '../../guard/authenticate.ts'
import { denialResponse } from '../../guard/denial-response.ts'
import type { Verifier } from '../../guard/verifier.ts'

/** The parameters of a dynamic route, as Next.js gives them. */
export type RouteParams = Record<string, string | string[] | undefined>

/** What a guarded handler gets beside the request. */
export interface GuardContext<Caller, Params = RouteParams> {
  /** Who was let in. */
  readonly caller: Caller
  readonly params: Promise<Params>
}

/**
 * Guards a route handler of the App Router: the handler runs only for callers that the verifier lets in. What the handler
 * throws goes on to Next.js, `redirect()` and `notFound()` included.
 *
 * Guard each exported method by itself; what is not wrapped is open.
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
  options: AuthenticateOptions = {},
): (request: Req, context: { params: Promise<Params> }) => Promise<Response> {
  return async (request, context) => {
    const result = await authenticate(request, verifier, options)
    if (!result.ok) return denialResponse(result.denial)
    return addHeaders(await handler(request, { ...context, caller: result.caller }), result.headers)
  }
}
