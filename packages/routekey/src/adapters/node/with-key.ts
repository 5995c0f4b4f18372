import type { IncomingMessage, ServerResponse } from 'node:http'
import { failRequest, toError } from '../node-http/fail-request.ts'
import type { GuardOptions } from '../../guard/refuse.ts'
import { type GuardContext, guardRequest } from '../node-http/guard-request.ts'
import type { NodeRequestLike, NodeResponseLike } from '../node-http/node-types.ts'
import type { Verifier } from '../../guard/verifier.ts'

/** The default type of a handler's request: one of `node:http`, with the properties that Express and body parsers may add. */
export type NodeRequest = IncomingMessage & NodeRequestLike

/**
 * Guards a handler of `node:http`, of the compatibility API of `node:http2`, or one route of Express: the handler runs only if the
 * verifier accepts the request. The returned promise never rejects. Errors of the handler and of the verifier go to `next` if there is
 * one, as in Express; otherwise they are logged, and the response is a 500.
 *
 * It reads the raw headers, so it refuses a second `Authorization` with 400, although Node drops it. If a verifier reads the body,
 * the handler or a body parser can read it again.
 *
 * @example
 * import { createServer } from 'node:http'
 * import { envSecret } from 'routekey'
 * import { withKey } from 'routekey/node'
 *
 * const handler = withKey(envSecret('API_ROUTE_SECRET'), async (request, response, { caller }) => {
 *   response.end(`Hello, ${caller.variable}`)
 * })
 * createServer((request, response) => void handler(request, response)).listen(3000, '127.0.0.1')
 */
export function withKey<
  Caller,
  Incoming extends NodeRequestLike = NodeRequest,
  Outgoing extends NodeResponseLike = ServerResponse,
>(
  verifier: Verifier<Caller>,
  handler: (request: Incoming, response: Outgoing, context: GuardContext<Caller>) => unknown,
  options: GuardOptions = {},
): (request: Incoming, response: Outgoing, next?: (error: Error) => void) => Promise<void> {
  return async (request, response, next) => {
    try {
      const context = await guardRequest(request, response, verifier, options)
      if (context !== null) await handler(request, response, context)
    } catch (thrown) {
      const error = toError(thrown, 'A guarded handler threw')
      if (typeof next === 'function') next(error)
      else failRequest(error, request, response, options.logger)
    }
  }
}
