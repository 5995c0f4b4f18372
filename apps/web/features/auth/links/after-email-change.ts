import 'server-only'
import { cookies } from 'next/headers'
import type { RedirectNoticeName } from '#features/auth/redirect-notice.tsx'
import { isSessionCookie } from '#server/session-cookie.ts'
import type { AuthOutcome } from './settle-auth-return.ts'

/** Returns the path to redirect to after a change of address: the account, or the sign-in page if nobody is signed in. */
export async function afterEmailChange(outcome: AuthOutcome): Promise<string> {
  if (outcome === 'unavailable') return '/login?error=unavailable'
  const notice: RedirectNoticeName =
    outcome === 'done' ? 'email-changed' : outcome === 'half_confirmed' ? 'email-half-confirmed' : 'email-link-refused'
  const isSignedIn = (await cookies()).getAll().some(({ name }) => isSessionCookie(name))
  return `${isSignedIn ? '/account' : '/login'}?notice=${notice}`
}
