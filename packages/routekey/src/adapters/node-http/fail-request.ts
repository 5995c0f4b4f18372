import type { Logger } from '../../guard/logger.ts'
import type { NodeRequestLike, NodeResponseLike } from './node-types.ts'

/** Turns a thrown value into an error, because frameworks take `undefined` and some texts for the absence of one. */
export const toError = (thrown: unknown, message: string): Error =>
  thrown instanceof Error ? thrown : new Error(message, { cause: thrown })

/** Logs an error that nothing else handles, and ends the request: with status 500, or by closing a response that has begun. */
export function failRequest(
  error: Error,
  incoming: NodeRequestLike,
  outgoing: NodeResponseLike,
  logger: Logger = console,
): void {
  const cause = typeof error.cause === 'string' ? `: ${error.cause}` : ''
  logger.error(`routekey: ${error.stack ?? error.message}${cause}`)
  if (outgoing.writableEnded) return
  if (outgoing.headersSent) {
    incoming.socket?.destroy?.()
    return
  }
  for (const name of outgoing.getHeaderNames()) {
    if (/^(?:content-|etag$)/.test(name)) outgoing.removeHeader(name)
  }
  outgoing.statusCode = 500
  outgoing.setHeader('cache-control', 'private, no-store')
  outgoing.setHeader('content-type', 'application/problem+json')
  outgoing.end(JSON.stringify({ type: 'about:blank', title: 'Internal Server Error', status: 500 }))
}
