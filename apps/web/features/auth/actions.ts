'use server'

import type { AuthResponse } from '@supabase/supabase-js'
import { headers } from 'next/headers'
import { redirect } from 'next/navigation'
import { type FormState, keepValues } from '#forms/form.ts'
import { requireForm } from '#forms/require-form.ts'
import { describeError, log } from '#server/log.ts'
import { requestOrigin } from '#server/request-origin.ts'
import { createVisitorClient } from '#server/supabase.ts'
import { withAuthClient } from './auth-client.ts'
import { authUnavailable } from './auth-refusals.ts'
import { clearSessionCookies } from './clear-session-cookies.ts'
import { parseSignIn, parseSignUp } from './credentials.ts'
import { explainAuthError } from './explain-auth-error.ts'
import { createSignUpMark, keepSignUpMark, noteSignUpConflict, type SignUpMark } from './links/sign-up-mark.ts'
import { logSignIn } from './log-sign-in.ts'
import { parseRedirectPath } from './parse-redirect-path.ts'
import { findPasswordFault } from './password/find-password-fault.ts'
import { holdAnswer } from './password/hold-answer.ts'
import { oneAtATime } from './password/one-at-a-time.ts'
import { signInWithPassword } from './password/sign-in-with-password.ts'
import { throttleAddress } from './throttle/throttle.ts'
import { throttledAddress } from './throttle/throttled-address.ts'

/** The state of the form after it was sent. */
export type LoginState = FormState & {
  /** Set if the new user must confirm their address first. */
  confirmationSent?: boolean
}

/** Signs in with email and password, and redirects to the requested page. */
export async function signIn(_: LoginState, form: FormData): Promise<LoginState> {
  requireForm(form)
  const values = keepValues(form, ['email'])
  const parsed = parseSignIn(form)
  if (!parsed.ok) return { values, fieldErrors: parsed.fieldErrors }

  const refusal = await signInWithPassword(parsed.data)
  if (refusal !== null) return { values, ...refusal }
  redirect(parseRedirectPath(form.get('next')))
}

/** Creates an account with email and password, and signs in unless Supabase requires a confirmation. */
export async function signUp(_: LoginState, form: FormData): Promise<LoginState> {
  requireForm(form)
  const values = keepValues(form, ['email'])
  const parsed = parseSignUp(form)
  if (!parsed.ok) return { values, fieldErrors: parsed.fieldErrors }
  const fault = await findPasswordFault(parsed.data.password, parsed.data.email)
  if (fault !== null) return { values, fieldErrors: { password: [fault] } }
  const throttled = await throttleAddress('signUp')
  if (throttled !== null) return { values, fieldErrors: {}, formError: throttled }

  const mark = await createSignUpMark()
  const result = await oneAtATime(await throttledAddress(), () => requestSignUp(parsed.data, mark))
  if (result === null) return { values, fieldErrors: {}, formError: authUnavailable }
  if (result.error !== null) return { values, ...explainAuthError(result.error) }
  const { session, user } = result.data
  if (session === null) {
    await keepSignUpMark(mark, user?.id)
    return { values, fieldErrors: {}, confirmationSent: true }
  }
  logSignIn('sign_up', session.user)
  redirect(parseRedirectPath(form.get('next')))
}

/**
 * Requests an account. It takes as long for a new as for a known address, so that the form does not reveal who has an account.
 *
 * @returns null if Supabase is unreachable or not configured, which is logged
 */
async function requestSignUp(
  credentials: { email: string; password: string },
  mark: SignUpMark,
): Promise<AuthResponse | null> {
  const answer = holdAnswer()
  const emailRedirectTo = `${requestOrigin(await headers())}/auth/callback`
  const options = { emailRedirectTo, data: mark.data }
  const result = await withAuthClient(async (client) => {
    // Without cookies of its own, which would tell how Supabase answered. The link needs no verifier.
    const response = await createVisitorClient().auth.signUp({ ...credentials, options })
    if (response.data.session !== null) return client.auth.setSession(response.data.session)
    // Only a new or unconfirmed address was sent an email a moment ago, so it is answered as if another one was sent.
    const isSent = response.error?.code === 'over_email_send_rate_limit'
    if (response.error !== null && !isSent) return response
    await noteSignUpConflict(mark, credentials.email)
    return isSent ? { data: { user: null, session: null }, error: null } : response
  }).catch((error: unknown) => {
    log('error', 'auth.sign_up_failed', { error: describeError(error) })
    return null
  })
  if (result === null || result.data.session === null) await answer.wait()
  return result
}

/** Ends the session in this browser and at Supabase. */
export async function signOut(): Promise<void> {
  const result = await withAuthClient((client) => client.auth.signOut({ scope: 'local' }))
  if (result === null || result.error) {
    // Supabase keeps the session then, but this browser must not.
    await clearSessionCookies()
  }
  redirect('/')
}
