import type { ServerResponse } from 'node:http'
import type { AuthenticateOptions } from '../../guard/authenticate.ts'
import { type GuardContext, guardRequest } from '../node-http/guard-request.ts'
import type { NodeRequest } from '../node-http/to-request.ts'
import type { Verifier } from '../../guard/verifier.ts'

/**
 * Guards a handler of `node:http`, or one route of Express: the handler runs only if the verifier accepts the request. Errors of
 * the handler reject the returned promise.
 *
 * It reads the raw headers, so it refuses a second `Authorization` with 400, although Node drops it. If a verifier reads the body,
 * the handler or a body parser can read it again.
 *
 * @example
 * import { createServer } from 'node:http'
 * import { envSecret } from 'routekey'
 * import { withKey } from 'routekey/node'
 *
 * const handler = withKey(envSecret('API_ROUTE_SECRET'), (request, response, { caller }) => {
 *   response.end(`Hello, ${caller.variable}`)
 * })
 * createServer((request, response) => void handler(request, response)).listen(3000, '127.0.0.1')
 */
export function withKey<
  Caller,
  Incoming extends NodeRequest = NodeRequest,
  Outgoing extends ServerResponse = ServerResponse,
>(
  verifier: Verifier<Caller>,
  handler: (request: Incoming, response: Outgoing, context: GuardContext<Caller>) => unknown,
  options: AuthenticateOptions = {},
): (request: Incoming, response: Outgoing) => Promise<void> {
  return async (request, response) => {
    const context = await guardRequest(request, response, verifier, options)
    if (context !== null) await handler(request, response, context)
  }
}
