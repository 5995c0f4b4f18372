/** The result with which Supabase redirects a visitor back, from GitHub or from a link in an email. */
export type AuthReturn =
  /** Exchanged for a session, only in the browser that started (PKCE). */
  | { kind: 'code'; code: string }
  /** From a link in an email; can be verified in any browser. */
  | { kind: 'token'; tokenHash: string; type: 'email' | 'signup' | 'email_change' }
  /** A change of address needs both addresses to confirm, and one of them has. */
  | { kind: 'half_confirmed' }
  | { kind: 'refused'; reason: 'denied' | 'expired' | 'failed' }

/** Parses the query of the URL to which Supabase redirects a visitor. */
export function parseAuthReturn(query: URLSearchParams): AuthReturn {
  // Before `error`, which is `access_denied` for an expired link as well.
  if (query.get('error_code') === 'otp_expired') return { kind: 'refused', reason: 'expired' }
  if (query.has('error'))
    return { kind: 'refused', reason: query.get('error') === 'access_denied' ? 'denied' : 'failed' }

  const tokenHash = query.get('token_hash')
  const type = query.get('type')
  // Only the types that this application requests. A link for a new password, for example, would sign in its visitor.
  if (tokenHash && (type === 'email' || type === 'signup' || type === 'email_change')) {
    return { kind: 'token', tokenHash, type }
  }
  const code = query.get('code')
  if (code) return { kind: 'code', code }
  return query.has('message') ? { kind: 'half_confirmed' } : { kind: 'refused', reason: 'failed' }
}
