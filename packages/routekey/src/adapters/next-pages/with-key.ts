import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AuthenticateOptions } from '../../guard/authenticate.ts'
import { type GuardContext, guardRequest } from '../node-http/guard-request.ts'
import type { Verifier } from '../../guard/verifier.ts'

/** The part of `NextApiRequest` that a handler gets unless it asks for another type. */
export interface PagesRequest extends IncomingMessage {
  readonly query: Partial<Record<string, string | string[]>>
  readonly cookies: Partial<Record<string, string>>
  /** What Next.js made of the body; nothing with `bodyParser: false`. */
  readonly body?: unknown
}

/** The part of `NextApiResponse` that a handler gets unless it asks for another type. */
export interface PagesResponse extends ServerResponse {
  status(code: number): PagesResponse
  json(body: unknown): void
  send(body: unknown): void
  redirect(url: string): PagesResponse
  redirect(status: number, url: string): PagesResponse
}

/**
 * Guards an API route of the Pages Router: the handler runs only for callers that the verifier lets in. What the handler
 * throws goes on to Next.js. It guards every method; the handler still has to look at `request.method`.
 *
 * Next.js parses the body before the guard runs. A verifier that needs its raw bytes, as a webhook's does, needs
 * `export const config = { api: { bodyParser: false } }`; the handler reads the body from the request then.
 *
 * @example
 * // pages/api/reports.ts
 * import type { NextApiRequest, NextApiResponse } from 'next'
 * import { envSecret } from 'routekey'
 * import { withKey } from 'routekey/next-pages'
 *
 * export default withKey(envSecret('API_ROUTE_SECRET'), (request: NextApiRequest, response: NextApiResponse, { caller }) => {
 *   response.status(200).json({ from: caller.variable })
 * })
 */
export function withKey<
  Caller,
  Incoming extends IncomingMessage = PagesRequest,
  Outgoing extends ServerResponse = PagesResponse,
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
