import type { IncomingMessage, ServerResponse } from 'node:http'
import type { GuardOptions } from '../../guard/refuse.ts'
import { type GuardContext, guardRequest } from '../node-http/guard-request.ts'
import type { Verifier } from '../../guard/verifier.ts'

/** The default type of a handler's request: the main part of `NextApiRequest`. */
export interface PagesRequest extends IncomingMessage {
  readonly query: Partial<Record<string, string | string[]>>
  readonly cookies: Partial<Record<string, string>>
  /** The body as Next.js parsed it; undefined with `bodyParser: false`. */
  readonly body?: unknown
}

/** The default type of a handler's response: the main part of `NextApiResponse`. */
export interface PagesResponse extends ServerResponse {
  status(code: number): PagesResponse
  json(body: unknown): void
  send(body: unknown): void
  redirect(url: string): PagesResponse
  redirect(status: number, url: string): PagesResponse
}

/**
 * Guards an API route of the Pages Router: the handler runs only if the verifier accepts the request. Errors of the handler reach
 * Next.js unchanged. It guards every method; the handler still has to check `request.method`.
 *
 * Next.js parses the body before the guard runs. A verifier that needs the raw bytes, such as `envWebhook`, requires
 * `export const config = { api: { bodyParser: false } }`. The handler then reads the body from the request stream.
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
  options: GuardOptions = {},
): (request: Incoming, response: Outgoing) => Promise<void> {
  return async (request, response) => {
    const context = await guardRequest(request, response, verifier, options)
    if (context !== null) await handler(request, response, context)
  }
}
