import { type AuthError, isAuthSessionMissingError } from '@supabase/supabase-js'

/** Our own name, because all projects share their cookies on localhost. */
const sessionCookie = 'routekey-session'

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
 * Returns the name of the session cookie. Over https its prefix makes a browser refuse it from other hosts of the domain, from
 * plain http and for a part of the paths (RFC 6265bis, section 4.1.3.2); over http, a browser would refuse the prefix.
 */
export function sessionCookieName(options: { secure: boolean }): string {
  return options.secure ? `__Host-${sessionCookie}` : sessionCookie
}

/** Whether a cookie belongs to a session: it contains one, a part of one, or the verifier of a sign-in in progress. */
export function belongsToSession(name: string): boolean {
  return name.replace(/^__Host-/, '').startsWith(sessionCookie)
}

/**
 * Whether a cookie contains the session, or a part of one that is too long for a single cookie. The verifier of a sign-in in
 * progress, which Supabase's client stores under a similar name, does not count.
 */
export function isSessionCookie(name: string): boolean {
  return /^(?:__Host-)?routekey-session(?:\.\d+)?$/.test(name)
}
