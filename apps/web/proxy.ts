import { type NextRequest, NextResponse } from 'next/server'
import { checkSession } from './features/auth/check-session.ts'
import { contentSecurityPolicy } from './server/content-security-policy.ts'
import { isDevelopment } from './server/env.ts'
import { checkPageRequest } from './server/page-request/check-page-request.ts'
import { logResponse, refuseRequest } from './server/refuse-request.ts'
import { sessionEndedHeader } from './server/session-cookie.ts'

/**
 * Prepares the request of every page: refuses what no page sends, refreshes the session, because pages cannot set cookies, and
 * sets a content security policy with a nonce. Each page and each action checks the session itself.
 */
export async function proxy(request: NextRequest): Promise<Response> {
  const refusal = await checkPageRequest(request)
  if (refusal !== null) return logResponse(request, refusal)
  const policy = contentSecurityPolicy({ development: isDevelopment() })
  // Next.js reads the nonce for its own scripts from this request header.
  const requestHeaders = new Headers(request.headers)
  requestHeaders.set('content-security-policy', policy)

  const session = await checkSession(request)
  if (session.throttled !== null) {
    return refuseRequest(
      request,
      429,
      'Your session can’t be refreshed. Try again later, or delete the cookies of this site.',
      {
        'retry-after': String(session.throttled.retryAfterSeconds),
      },
    )
  }
  // Makes the router, which keeps the frame of a page, load the whole page. That request ends the session in the browser and
  // gets a page that says so.
  if (session.hasEnded && isFromScript(request)) return logResponse(request, new NextResponse(null, { status: 401 }))
  const cookieHeader = request.cookies.toString()
  if (cookieHeader === '') requestHeaders.delete('cookie')
  else requestHeaders.set('cookie', cookieHeader)
  if (session.hasEnded) requestHeaders.set(sessionEndedHeader, '1')
  else requestHeaders.delete(sessionEndedHeader)

  const response = NextResponse.next({ request: { headers: requestHeaders } })
  response.headers.set('content-security-policy', policy)
  for (const { name, value, options } of session.cookies) response.cookies.set(name, value, options)
  for (const [name, value] of Object.entries(session.headers)) response.headers.set(name, value)
  return response
}

/** Whether a script of the page sent the request, for data or a part of a page. */
function isFromScript(request: NextRequest): boolean {
  return request.method === 'GET' && request.headers.get('sec-fetch-dest') === 'empty'
}

/** Only pages: routes under `/api` check their callers themselves, and their bodies need not pass through here. */
export const config = {
  matcher: [
    {
      // Each with its end: a path that only starts like one of these is a page, such as the one for unknown paths.
      source: '/((?!api/|_next/static/|icon\\.svg$|favicon\\.ico$).*)',
      // A prefetch needs neither a nonce nor Supabase: the page checks the session when it is opened. Next.js hides this header
      // from the proxy. The request filter removes it from a request whose method changes something.
      missing: [{ type: 'header', key: 'next-router-prefetch' }],
    },
  ],
}
