import { StripeCustomersError } from '@routekey/stripe-customers'
import { EnvironmentError } from './env.ts'
import { describeError, log } from './log.ts'

/** The phrases of RFC 9110, which a problem without a type of its own takes for its title (RFC 9457, section 4.2.1). */
const titles = {
  400: 'Bad Request',
  401: 'Unauthorized',
  404: 'Not Found',
  405: 'Method Not Allowed',
  413: 'Content Too Large',
  422: 'Unprocessable Content',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
} as const

/**
 * Makes an RFC 9457 problem response.
 *
 * @param detail says what was wrong with this request and what was expected; it is public
 * @param headers more headers, such as `Retry-After`
 */
export function problemResponse(
  status: keyof typeof titles,
  detail: string,
  headers: Record<string, string> = {},
): Response {
  return Response.json(
    { type: 'about:blank', title: titles[status], status, detail },
    { status, headers: { 'cache-control': 'no-store', ...headers, 'content-type': 'application/problem+json' } },
  )
}

/**
 * Makes the handler for the methods that a route does not serve. Next.js by itself answers 405 without `Allow`, which
 * RFC 9110, section 15.5.6, requires.
 *
 * @param allowed the methods that the route serves
 */
export function methodNotAllowed(...allowed: string[]): () => Response {
  const allow = allowed.join(', ')
  return () => problemResponse(405, `This address takes ${allow}.`, { allow })
}

/**
 * Wraps a handler so that whatever it throws is logged and answered with a problem: 503 while the application is not
 * configured or its database is away, 500 otherwise. Senders try again on either.
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
        return problemResponse(503, 'The application is not fully configured. Its log names what is missing.')
      }
      if (error instanceof StripeCustomersError) {
        return problemResponse(503, 'The database does not answer. No work is lost.', { 'retry-after': '5' })
      }
      return problemResponse(500, 'Something failed that should not have. The log has the reason.')
    }
  }
}
