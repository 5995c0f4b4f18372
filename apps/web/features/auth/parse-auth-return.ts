import { nameRefusal } from './auth-refusals.ts'

/** The result with which Supabase redirects a visitor back, from GitHub or from a link in an email. */
export type AuthReturn =
  /** Exchanged for a session, only in the browser that started (PKCE). */
  | { kind: 'code'; code: string }
  /** From a link in an email; can be verified in any browser. */
  | { kind: 'token'; tokenHash: string; type: 'email' | 'signup' | 'email_change' }
  /** A change of address needs both addresses to confirm, and one of them has. */
  | { kind: 'half_confirmed' }
  /** The reason is a name for the sign-in page; the code is Supabase's, for the log. */
  | { kind: 'refused'; reason: string; code: string }

/** Parses the query of the URL to which Supabase redirects a visitor. */
export function parseAuthReturn(query: URLSearchParams): AuthReturn {
  const error = query.get('error')
  const errorCode = query.get('error_code')
  if (error !== null || errorCode !== null) {
    return { kind: 'refused', reason: findReason(query), code: errorCode ?? error ?? '' }
  }
  const tokenHash = query.get('token_hash')
  const type = query.get('type')
  // Only the types that this application requests. A link for a new password, for example, would sign in its visitor.
  if (tokenHash && (type === 'email' || type === 'signup' || type === 'email_change')) {
    return { kind: 'token', tokenHash, type }
  }
  const code = query.get('code')
  if (code) return { kind: 'code', code }
  return query.has('message')
    ? { kind: 'half_confirmed' }
    : { kind: 'refused', reason: 'failed', code: 'no_parameters' }
}

function findReason(query: URLSearchParams): string {
  const errorCode = query.get('error_code')
  // Supabase gives many refusals `error=access_denied`. Only without a code of its own, it is the visitor's answer at GitHub.
  if (errorCode === null) return query.get('error') === 'access_denied' ? 'denied' : 'failed'
  // Supabase has no code for this one.
  if (
    errorCode === 'unexpected_failure' &&
    /\buser email from external provider\b/.test(query.get('error_description') ?? '')
  ) {
    return 'no_email'
  }
  return nameRefusal(errorCode)
}
