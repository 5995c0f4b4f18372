'use server'

import { headers } from 'next/headers'
import { redirect } from 'next/navigation'
import { type FormState, keepValues } from '#forms/form.ts'
import { requireForm } from '#forms/require-form.ts'
import { requestOrigin } from '#server/request-origin.ts'
import { withAuthClient } from './auth-client.ts'
import { authUnavailable } from './auth-refusals.ts'
import { clearSessionCookies } from './clear-session-cookies.ts'
import { parseSignIn, parseSignUp } from './credentials.ts'
import { explainAuthError } from './explain-auth-error.ts'
import { createSignUpMark, keepSignUpMark } from './links/sign-up-mark.ts'
import { logSignIn } from './log-sign-in.ts'
import { parseRedirectPath } from './parse-redirect-path.ts'
import { findPasswordFault } from './password/find-password-fault.ts'
import { holdAnswer } from './password/hold-answer.ts'
import { signInWithPassword } from './password/sign-in-with-password.ts'
import { throttleAddress } from './throttle/throttle.ts'

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

  // Alike for a new and a known address, also in time, so that the form does not reveal who has an account.
  const answer = holdAnswer()
  const emailRedirectTo = `${requestOrigin(await headers())}/auth/callback`
  const mark = await createSignUpMark()
  const options = { emailRedirectTo, data: mark.data }
  const result = await withAuthClient((client) => client.auth.signUp({ ...parsed.data, options }))
  if (result === null) return { values, fieldErrors: {}, formError: authUnavailable }
  if (result.data.session === null) await answer.wait()
  if (result.error) return { values, ...explainAuthError(result.error) }
  if (result.data.session === null) {
    await keepSignUpMark(mark, result.data.user?.id ?? '')
    return { values, fieldErrors: {}, confirmationSent: true }
  }
  logSignIn('sign_up', result.data.session.user)
  redirect(parseRedirectPath(form.get('next')))
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
