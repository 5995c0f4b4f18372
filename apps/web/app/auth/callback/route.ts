import { type AuthError, isAuthRetryableFetchError } from '@supabase/supabase-js'
import { cookies } from 'next/headers'
import { redirect } from 'next/navigation'
import { loggedCode, nameRefusal } from '#features/auth/auth-refusals.ts'
import { type AuthReturn, parseAuthReturn } from '#features/auth/parse-auth-return.ts'
import { parseRedirectPath } from '#features/auth/parse-redirect-path.ts'
import type { RedirectNoticeName } from '#features/auth/redirect-notice.tsx'
import { describeError, log } from '#server/log.ts'
import { isSessionCookie } from '#server/session-cookie.ts'
import { createActionClient, createVisitorClient } from '#server/supabase.ts'

/** `done`, `half_confirmed`, or the name of a refusal. */
type Outcome = string

// routekey-audit: public, a sign-in ends here
/** Completes a sign-in, a sign-up or a change of address that comes from GitHub or from a link in an email. */
export async function GET(request: Request): Promise<never> {
  const query = new URL(request.url).searchParams
  const result = parseAuthReturn(query)
  const outcome = await finish(result)
  const isEmailChange =
    query.get('flow') === 'email-change' || (result.kind === 'token' && result.type === 'email_change')
  if (isEmailChange || outcome === 'half_confirmed') redirect(await afterEmailChange(outcome))
  redirect(outcome === 'done' ? parseRedirectPath(query.get('next')) : `/login?error=${outcome}`)
}

async function finish(result: AuthReturn): Promise<Outcome> {
  switch (result.kind) {
    case 'refused':
      log('warn', 'auth.return_refused', { code: loggedCode(result.code) })
      return result.reason
    case 'half_confirmed':
      return 'half_confirmed'
    case 'code':
      return settle(async () => (await createActionClient()).auth.exchangeCodeForSession(result.code))
    case 'token':
      return result.type === 'email_change'
        ? settle(() => confirmEmail(result.tokenHash))
        : settle(async () =>
            (await createActionClient()).auth.verifyOtp({ token_hash: result.tokenHash, type: result.type }),
          )
  }
}

interface Settled {
  readonly error: AuthError | null
  readonly data: { session: unknown }
}

async function settle(call: () => Promise<Settled>): Promise<Outcome> {
  try {
    const { error, data } = await call()
    if (error === null) return data.session === null ? 'half_confirmed' : 'done'
    if (isAuthRetryableFetchError(error)) throw error
    log('warn', 'auth.return_refused', { code: loggedCode(error.code), status: error.status })
    return nameRefusal(error.code)
  } catch (error) {
    log('error', 'auth.return_failed', { error: describeError(error) })
    return 'unavailable'
  }
}

/**
 * Confirms a change of address without signing in. The link proves who reads the mailbox, not who uses this browser: an
 * attacker could send the link to sign a victim in to the attacker's account.
 */
async function confirmEmail(tokenHash: string): Promise<Settled> {
  const { auth } = createVisitorClient()
  const result = await auth.verifyOtp({ token_hash: tokenHash, type: 'email_change' })
  if (result.data.session !== null) await auth.signOut({ scope: 'local' })
  return result
}

/** Returns the path to redirect to: the account, or the sign-in page if nobody is signed in. */
async function afterEmailChange(outcome: Outcome): Promise<string> {
  if (outcome === 'unavailable') return '/login?error=unavailable'
  const notice: RedirectNoticeName =
    outcome === 'done' ? 'email-changed' : outcome === 'half_confirmed' ? 'email-half-confirmed' : 'email-link-refused'
  const isSignedIn = (await cookies()).getAll().some(({ name }) => isSessionCookie(name))
  return `${isSignedIn ? '/account' : '/login'}?notice=${notice}`
}
