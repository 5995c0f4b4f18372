import { type AuthError, isAuthSessionMissingError } from '@supabase/supabase-js'

/** What the names of the session's cookies start with; our own, because all projects' cookies meet on localhost. */
export const sessionCookie = 'routekey-session'

/** By which `proxy.ts` tells the page behind it that it has just ended the session. It decides about words only. */
export const sessionEndedHeader = 'x-routekey-session-ended'

const endedCodes = new Set<string | undefined>([
  'user_not_found',
  'session_not_found',
  'session_expired',
  'refresh_token_not_found',
  'refresh_token_already_used',
  'user_banned',
  'bad_jwt',
])

/**
 * Tells whether Supabase's answer means that the session has ended for good: signed out elsewhere, expired, or its user
 * deleted. Anything else, such as an outage, a limit or a wrong publishable key, says nothing about the session.
 */
export function isSessionEnded(error: AuthError): boolean {
  return isAuthSessionMissingError(error) || endedCodes.has(error.code)
}

/**
 * Tells whether a cookie holds the session or, of one that is too long for a cookie, a part of it. The verifier of a
 * sign-in that is under way, which Supabase's client keeps beside it, is none.
 */
export function isSessionCookie(name: string): boolean {
  return name === sessionCookie || /^routekey-session\.\d+$/.test(name)
}
