/** What Supabase sends a visitor back with, from GitHub or from a link in an e-mail. */
export type AuthReturn =
  /** To be exchanged for a session, by the browser that began (PKCE). */
  | { kind: 'code'; code: string }
  /** Of a link in an e-mail, to be verified; it works in any browser. */
  | { kind: 'token'; tokenHash: string; type: 'email' | 'signup' | 'email_change' }
  /** A change of address asks both addresses, and one of them has answered. */
  | { kind: 'half_confirmed' }
  | { kind: 'refused'; reason: 'denied' | 'expired' | 'failed' }

/** Parses the query of the address that Supabase sends a visitor back to. */
export function parseAuthReturn(query: URLSearchParams): AuthReturn {
  // Before `error`, which says `access_denied` for an old link too.
  if (query.get('error_code') === 'otp_expired') return { kind: 'refused', reason: 'expired' }
  if (query.has('error'))
    return { kind: 'refused', reason: query.get('error') === 'access_denied' ? 'denied' : 'failed' }

  const tokenHash = query.get('token_hash')
  const type = query.get('type')
  // Only what this application asks for. A link for a new password, say, would sign in whoever opens it.
  if (tokenHash && (type === 'email' || type === 'signup' || type === 'email_change')) {
    return { kind: 'token', tokenHash, type }
  }
  const code = query.get('code')
  if (code) return { kind: 'code', code }
  return query.has('message') ? { kind: 'half_confirmed' } : { kind: 'refused', reason: 'failed' }
}
