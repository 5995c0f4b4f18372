import { type AuthError, isAuthSessionMissingError } from '@supabase/supabase-js'

/** The prefix of the session cookies. Our own, because all projects share their cookies on localhost. */
export const sessionCookie = 'routekey-session'

/** Set by `proxy.ts` on the request to a page whose session it has just ended. Pages use it for their wording only. */
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
 * Whether Supabase's error means that the session has ended for good: signed out elsewhere, expired, or its user deleted.
 * Other errors, such as an outage, a rate limit or a wrong publishable key, say nothing about the session.
 */
export function isSessionEnded(error: AuthError): boolean {
  return isAuthSessionMissingError(error) || endedCodes.has(error.code)
}

/**
 * Whether a cookie contains the session, or a part of one that is too long for a single cookie. The verifier of a sign-in in
 * progress, which Supabase's client stores under a similar name, does not count.
 */
export function isSessionCookie(name: string): boolean {
  return name === sessionCookie || /^routekey-session\.\d+$/.test(name)
}
