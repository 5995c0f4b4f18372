import { type AuthError, isAuthSessionMissingError } from '@supabase/supabase-js'

/** Our own name, because all projects share their cookies on localhost. */
const sessionCookie = 'routekey-session'

/** Set by `proxy.ts` on the request to a page whose session it has just ended. Pages use it for their wording only. */
export const sessionEndedHeader = 'x-routekey-session-ended'

/**
 * The status of a session that is due and was not refreshed, so that nobody knows whether it has ended. Supabase Auth answers the same if
 * two requests refresh a session at once.
 */
export const refreshRefusedStatus = 409

/** Whether a session could not be read because it was not refreshed, which is logged where it was refused. */
export function isRefreshRefused(error: AuthError): boolean {
  return error.status === refreshRefusedStatus
}

const endedCodes = new Set<unknown>([
  'user_not_found',
  'session_not_found',
  'session_expired',
  'refresh_token_not_found',
  'refresh_token_already_used',
  'user_banned',
  'bad_jwt',
  // From the client, which checks some tokens itself.
  'invalid_jwt',
  // For a token that Supabase Auth cannot have signed.
  'no_authorization',
])

/** Whether an error code of Supabase Auth means that the session has ended for good. */
export function isEndedCode(code: unknown): boolean {
  return endedCodes.has(code)
}

/**
 * Whether Supabase's error means that the session has ended for good: signed out elsewhere, expired, or its user deleted.
 * Other errors, such as an outage, a rate limit or a wrong publishable key, say nothing about the session.
 */
export function isSessionEnded(error: AuthError): boolean {
  return !isRefreshRefused(error) && (isAuthSessionMissingError(error) || isEndedCode(error.code))
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
