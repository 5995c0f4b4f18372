import 'server-only'
import type { CookieOptions, SetAllCookies } from '@supabase/ssr'
import type { NextRequest } from 'next/server'
import { EnvironmentError } from '#server/env.ts'
import { describeError, log } from '#server/log.ts'
import { isHttps } from '#server/request-origin.ts'
import { isRefreshRefused, isSessionCookie, isSessionEnded, sessionCookieName } from '#server/session-cookie.ts'
import type { Refresh } from '#server/session/guard-refresh.ts'
import { dropForgedSession } from '#server/session/parse-session.ts'
import { createSessionClient } from '#server/supabase.ts'
import { consumeThrottles, rewardThrottles, type ThrottleRefusal } from './throttle/throttle.ts'
import { throttledAddressOf } from './throttle/throttled-address.ts'

/** What the response to a page must do to the session in the browser. */
export interface SessionCheck {
  hasEnded: boolean
  /** Set if the caller's address has sent too many sessions that cannot be refreshed. */
  throttled: ThrottleRefusal | null
  readonly cookies: { name: string; value: string; options: CookieOptions }[]
  readonly headers: Record<string, string>
}

/**
 * Asks Supabase whether the session is still valid, which its token cannot tell, and refreshes it if necessary. It changes the
 * request's cookies as well, so that the page sees the same session as the browser will.
 */
export async function checkSession(request: NextRequest): Promise<SessionCheck> {
  const check: SessionCheck = { hasEnded: false, throttled: null, cookies: [], headers: {} }
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
  const listSessionCookies = () => getAll().filter(({ name }) => isSessionCookie(name))
  if (listSessionCookies().length === 0) return check

  const secure = isHttps(request.headers)
  const end = async () => {
    check.hasEnded = true
    const options = { path: '/', httpOnly: true, sameSite: 'lax', secure, maxAge: 0 } as const
    const left = listSessionCookies().map(({ name }) => ({ name, value: '', options }))
    await setAll(left, {})
  }
  try {
    const cookies = await dropForgedSession(sessionCookieName({ secure }), getAll())
    if (!cookies.some(({ name }) => isSessionCookie(name))) {
      await end()
      return check
    }
    const refresh = countRefusals(request.headers, (refusal) => {
      check.throttled = refusal
    })
    const { error } = await createSessionClient(request.headers, { getAll, setAll }, refresh).auth.getUser()
    if (error === null) return check
    if (isSessionEnded(error)) await end()
    // Otherwise it is logged where it was refused.
    else if (!isRefreshRefused(error)) throw error
  } catch (error) {
    // The page tells the visitor if it matters. An outage does not end a session.
    if (!(error instanceof EnvironmentError)) log('error', 'auth.check_failed', { error: describeError(error) })
  }
  return check
}

/**
 * Counts the sessions of an address that Supabase Auth refuses to refresh, because it limits refreshes by address, and sees only that
 * of this server: a stranger could use up the refreshes of all users.
 */
function countRefusals(headers: Headers, onThrottled: (refusal: ThrottleRefusal) => void): Refresh {
  return async (send) => {
    const counts = [{ throttle: 'refresh', key: throttledAddressOf(headers) }] as const
    // Before it is sent, so that many at once cannot pass together.
    const refusal = await consumeThrottles(counts)
    if (refusal !== null) {
      onThrottled(refusal)
      return null
    }
    let isRefused = false
    try {
      const response = await send()
      isRefused = response.status >= 400 && response.status < 500
      return response
    } finally {
      if (!isRefused) await rewardThrottles(counts)
    }
  }
}
