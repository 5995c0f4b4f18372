import 'server-only'
import type { AuthResponse, Session, SupabaseClient, User } from '@supabase/supabase-js'
import { logSignIn } from '#features/auth/log-sign-in.ts'
import type { AuthReturn } from '#features/auth/parse-auth-return.ts'
import { describeError, log } from '#server/log.ts'
import { createActionClient, createServiceClient, createVisitorClient } from '#server/supabase.ts'
import { afterEmailChange } from './after-email-change.ts'
import { type AuthOutcome, settleAuthReturn } from './settle-auth-return.ts'
import { deleteSignUpMark, findSignUpBrowser } from './sign-up-mark.ts'

type EmailLink = Extract<AuthReturn, { kind: 'token' }>
type Confirm = (result: AuthResponse, client: SupabaseClient) => Promise<AuthOutcome>

/**
 * Uses up the link of an email, and returns the path to redirect to. It confirms an address, which proves who reads the mailbox
 * and not who uses this browser: an attacker could send a link to sign a victim in to the attacker's account. So it signs in only
 * the browser that created the account.
 */
export async function confirmLink({ tokenHash, type }: EmailLink): Promise<string> {
  if (type === 'email_change') return afterEmailChange(await use(tokenHash, 'email_change', confirmEmailChange))
  // Not `email`, which Supabase also accepts for links that sign in to an existing account.
  const outcome = await use(tokenHash, 'signup', confirmSignUp)
  switch (outcome) {
    case 'done':
      return '/account'
    case 'confirmed':
      return '/login?notice=email-confirmed'
    case 'signed_up_twice':
      return '/login?mode=sign-up&notice=signed-up-twice'
    case 'otp_expired':
      return '/login?notice=sign-up-link-refused'
    default:
      return `/login?error=${outcome}`
  }
}

function use(tokenHash: string, type: 'signup' | 'email_change', confirm: Confirm): Promise<AuthOutcome> {
  return settleAuthReturn(
    async () => {
      const client = createVisitorClient()
      return { client, ...(await client.auth.verifyOtp({ token_hash: tokenHash, type })) }
    },
    ({ client, ...result }) => confirm(result, client),
  )
}

const confirmEmailChange: Confirm = async ({ data }, client) => {
  if (data.session === null) return 'half_confirmed'
  await endSession(client)
  return 'done'
}

const confirmSignUp: Confirm = async ({ data: { session, user } }, client) => {
  if (session === null || user === null) return 'failed'
  const browser = await findSignUpBrowser(user)
  if (browser === 'this') return signIn(session, user)
  await endSession(client)
  return browser === 'signed_up_twice' ? deleteAccount(user) : 'confirmed'
}

async function signIn({ access_token, refresh_token }: Session, user: User): Promise<AuthOutcome> {
  const { error } = await (await createActionClient()).auth.setSession({ access_token, refresh_token })
  if (error !== null) throw error
  logSignIn('link', user)
  await deleteSignUpMark()
  return 'done'
}

/** Ends the session that comes with a confirmation, so that no session is left that no browser has. */
async function endSession({ auth }: SupabaseClient): Promise<void> {
  const { error } = await auth.signOut({ scope: 'local' })
  if (error !== null) log('error', 'auth.session_not_ended', { error: describeError(error) })
}

/**
 * Deletes an account with which two browsers signed up, before it is used: its password is that of the first, which is not this one
 * and may be a stranger's, and opens the account from now on.
 */
async function deleteAccount({ id }: User): Promise<AuthOutcome> {
  const { error } = await createServiceClient().rpc('delete_account', { user_id: id })
  if (error !== null)
    throw new Error('Could not delete an account with the password of another browser', { cause: error })
  await deleteSignUpMark()
  return 'signed_up_twice'
}
