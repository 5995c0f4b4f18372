import { STATUS_CODES } from 'node:http'
import { StripeCustomersError } from '@routekey/stripe-customers'
import { EnvironmentError } from './env.ts'
import { describeError, log } from './log.ts'

/**
 * Creates an RFC 9457 problem response. Its title is the phrase of the status, because it has no type of its own
 * (section 4.2.1).
 *
 * @param detail says what is wrong with the request and how to fix it; it is public
 * @param headers additional headers, such as `Retry-After`
 */
export function problemResponse(status: number, detail: string, headers: Record<string, string> = {}): Response {
  return Response.json(
    { type: 'about:blank', title: STATUS_CODES[status], status, detail },
    { status, headers: { 'cache-control': 'no-store', ...headers, 'content-type': 'application/problem+json' } },
  )
}

/**
 * Wraps a handler: logs every error that it throws and responds with a problem, 503 if the application is not configured or
 * the database is unavailable, 500 otherwise. Senders retry both.
 */
export function catchProblems<Args extends unknown[]>(
  handler: (...args: Args) => Promise<Response>,
): (...args: Args) => Promise<Response> {
  return async (...args) => {
    try {
      return await handler(...args)
    } catch (error) {
      log('error', 'request.failed', { error: describeError(error) })
      if (error instanceof EnvironmentError) {
        return problemResponse(503, 'The application is not fully configured. See the server log.')
      }
      if (error instanceof StripeCustomersError) {
        return problemResponse(503, 'The database is not responding. No work was lost.', { 'retry-after': '5' })
      }
      return problemResponse(500, 'Internal error. See the server log.')
    }
  }
}
