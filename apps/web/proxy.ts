import type { CookieOptions, SetAllCookies } from '@supabase/ssr'
import { type NextRequest, NextResponse } from 'next/server'
import { contentSecurityPolicy } from './server/content-security-policy.ts'
import { EnvironmentError, isDevelopment } from './server/env.ts'
import { describeError, log } from './server/log.ts'
import { isHttps } from './server/request-origin.ts'
import { isSessionCookie, isSessionEnded, sessionEndedHeader } from './server/session-cookie.ts'
import { createSessionClient } from './server/supabase.ts'

/**
 * Prepares every page: a session that is fresh and still stands, because pages cannot set cookies, and a content security
 * policy with a nonce of its own. It protects nothing by itself: each page and each action checks the session.
 */
export async function proxy(request: NextRequest): Promise<NextResponse> {
  const policy = contentSecurityPolicy({ development: isDevelopment() })
  // Next.js takes the nonce for its own scripts from the request's header.
  const requestHeaders = new Headers(request.headers)
  requestHeaders.set('content-security-policy', policy)

  const session = await checkSession(request)
  // To the router, which keeps what is around a page, this is the sign to load the page as a whole. That request ends the
  // session in the browser, and gets a page that can say so.
  if (session.hasEnded && isFromScript(request)) return new NextResponse(null, { status: 401 })
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
 * Asks Supabase whether the session still stands, which its token alone cannot tell, and refreshes it where that is due.
 * The request's cookies change with it, so that the page sees the same session as the browser will.
 */
async function checkSession(request: NextRequest): Promise<SessionCheck> {
  const check: SessionCheck = { hasEnded: false, cookies: [], headers: {} }
  const setAll: SetAllCookies = (cookies, headers) => {
    for (const { name, value, options } of cookies) {
      if (value === '') request.cookies.delete(name)
      else request.cookies.set(name, value)
      // Next.js repeats these where a page redirects, and loses `Max-Age=0` on the way.
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
    // The page says it where it matters to its visitor. What could not be asked does not end a session.
    if (!(error instanceof EnvironmentError)) log('error', 'auth.check_failed', { error: describeError(error) })
  }
  return check
}

/** Tells a request of the page's script, for data or for a part of a page, from one that loads a page. */
function isFromScript(request: NextRequest): boolean {
  return request.method === 'GET' && request.headers.get('sec-fetch-dest') === 'empty'
}

/** Pages only: routes under `/api` check their callers themselves, and no body passes through here twice. */
export const config = {
  matcher: [
    {
      // Each to its end: what only begins like one of these is a page, if only the one for what is not there.
      source: '/((?!api/|_next/static/|_next/image$|icon\\.svg$|favicon\\.ico$).*)',
      // What is fetched ahead needs neither a nonce nor an answer from Supabase: the page itself asks when it is opened.
      missing: [{ type: 'header', key: 'next-router-prefetch' }],
    },
  ],
}
