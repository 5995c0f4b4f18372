import type { CookieOptions, SetAllCookies } from '@supabase/ssr'
import { type NextRequest, NextResponse } from 'next/server'
import { contentSecurityPolicy } from './server/content-security-policy.ts'
import { EnvironmentError, isDevelopment } from './server/env.ts'
import { describeError, log } from './server/log.ts'
import { checkPageRequest } from './server/page-request/check-page-request.ts'
import { logResponse } from './server/refuse-request.ts'
import { isHttps } from './server/request-origin.ts'
import { isSessionCookie, isSessionEnded, sessionEndedHeader } from './server/session-cookie.ts'
import { createSessionClient } from './server/supabase.ts'

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

interface SessionCheck {
  hasEnded: boolean
  readonly cookies: { name: string; value: string; options: CookieOptions }[]
  readonly headers: Record<string, string>
}

/**
 * Asks Supabase whether the session is still valid, which its token cannot tell, and refreshes it if necessary. It changes the
 * request's cookies as well, so that the page sees the same session as the browser will.
 */
async function checkSession(request: NextRequest): Promise<SessionCheck> {
  const check: SessionCheck = { hasEnded: false, cookies: [], headers: {} }
  const setAll: SetAllCookies = (cookies, headers) => {
    for (const { name, value, options } of cookies) {
      if (value === '') request.cookies.delete(name)
      else request.cookies.set(name, value)
      // Next.js repeats these cookies if a page redirects, but without `Max-Age=0`.
      check.cookies.push({ name, value, options: value === '' ? { ...options, expires: new Date(0) } : options })
    }
    Object.assign(check.headers, headers)
  }
  const getAll = () => request.cookies.getAll()
  if (!getAll().some(({ name }) => isSessionCookie(name))) return check
  try {
    const { error } = await createSessionClient(request.headers, { getAll, setAll }).auth.getUser()
    if (error === null) return check
    if (!isSessionEnded(error)) throw error
    check.hasEnded = true
    const options = { path: '/', httpOnly: true, sameSite: 'lax', secure: isHttps(request.headers), maxAge: 0 } as const
    const left = getAll().filter(({ name }) => isSessionCookie(name))
    await setAll(
      left.map(({ name }) => ({ name, value: '', options })),
      {},
    )
  } catch (error) {
    // The page tells the visitor if it matters. An outage does not end a session.
    if (!(error instanceof EnvironmentError)) log('error', 'auth.check_failed', { error: describeError(error) })
  }
  return check
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
