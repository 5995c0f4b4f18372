import type { CookieOptions } from '@supabase/ssr'
import { type NextRequest, NextResponse } from 'next/server'
import { contentSecurityPolicy } from './lib/content-security-policy.ts'
import { EnvironmentError, isDevelopment } from './lib/env.ts'
import { describeError, log } from './lib/log.ts'
import { isHttps } from './lib/request-origin.ts'
import { createSessionClient } from './lib/supabase.ts'

/**
 * Prepares every page: a fresh session, because pages cannot set cookies, and a content security policy with a nonce of
 * its own. It protects nothing by itself: each page and each action checks the session.
 */
export async function proxy(request: NextRequest): Promise<NextResponse> {
  const policy = contentSecurityPolicy({ development: isDevelopment() })
  // Next.js takes the nonce for its own scripts from the request's header.
  const requestHeaders = new Headers(request.headers)
  requestHeaders.set('content-security-policy', policy)

  const changes = await refreshSession(request)
  const cookieHeader = request.cookies.toString()
  if (cookieHeader !== '') requestHeaders.set('cookie', cookieHeader)

  const response = NextResponse.next({ request: { headers: requestHeaders } })
  response.headers.set('content-security-policy', policy)
  // Over https only, as RFC 6797, section 7.2, asks: on localhost it would lock other projects out.
  if (isHttps(request.headers)) response.headers.set('strict-transport-security', 'max-age=63072000')
  for (const { name, value, options } of changes.cookies) response.cookies.set(name, value, options)
  for (const [name, value] of Object.entries(changes.headers)) response.headers.set(name, value)
  return response
}

type SessionChanges = {
  cookies: { name: string; value: string; options: CookieOptions }[]
  headers: Record<string, string>
}

/** Refreshes the session where it is due; the request's cookies change with it, so that the page sees the new one. */
async function refreshSession(request: NextRequest): Promise<SessionChanges> {
  const changes: SessionChanges = { cookies: [], headers: {} }
  try {
    const client = createSessionClient(request.headers, {
      getAll: () => request.cookies.getAll(),
      setAll: (cookies, headers) => {
        for (const { name, value, options } of cookies) {
          request.cookies.set(name, value)
          changes.cookies.push({ name, value, options })
        }
        Object.assign(changes.headers, headers)
      },
    })
    await client.auth.getClaims()
  } catch (error) {
    // The page says it where it matters to its visitor.
    if (!(error instanceof EnvironmentError)) log('error', 'auth.refresh_failed', { error: describeError(error) })
  }
  return changes
}

/** Pages only: routes under `/api` check their callers themselves, and no body passes through here twice. */
export const config = {
  matcher: ['/((?!api/|_next/static|_next/image|icon.svg|favicon.ico).*)'],
}
