'use server'

import { headers } from 'next/headers'
import { redirect } from 'next/navigation'
import { type FormState, keepValues } from '#forms/form.ts'
import { requestOrigin } from '#server/request-origin.ts'
import { withAuthClient } from './auth-client.ts'
import { authUnavailable } from './auth-refusals.ts'
import { clearSessionCookies } from './clear-session-cookies.ts'
import { parseSignIn, parseSignUp } from './credentials.ts'
import { explainAuthError } from './explain-auth-error.ts'
import { createSignUpMark, keepSignUpMark } from './links/sign-up-mark.ts'
import { parseRedirectPath } from './parse-redirect-path.ts'

/** The state of the form after it was sent. */
export type LoginState = FormState & {
  /** Set if the new user must confirm their address first. */
  confirmationSent?: boolean
}

/** Signs in with email and password, and redirects to the requested page. */
export async function signIn(_: LoginState, form: FormData): Promise<LoginState> {
  const values = keepValues(form, ['email'])
  const parsed = parseSignIn(form)
  if (!parsed.ok) return { values, fieldErrors: parsed.fieldErrors }

  const result = await withAuthClient((client) => client.auth.signInWithPassword(parsed.data))
  if (result === null) return { values, fieldErrors: {}, formError: authUnavailable }
  if (result.error) return { values, ...explainAuthError(result.error) }
  redirect(parseRedirectPath(form.get('next')))
}

/** Creates an account with email and password, and signs in unless Supabase requires a confirmation. */
export async function signUp(_: LoginState, form: FormData): Promise<LoginState> {
  const values = keepValues(form, ['email'])
  const parsed = parseSignUp(form)
  if (!parsed.ok) return { values, fieldErrors: parsed.fieldErrors }

  const emailRedirectTo = `${requestOrigin(await headers())}/auth/callback`
  const mark = await createSignUpMark()
  const options = { emailRedirectTo, data: mark.data }
  const result = await withAuthClient((client) => client.auth.signUp({ ...parsed.data, options }))
  if (result === null) return { values, fieldErrors: {}, formError: authUnavailable }
  if (result.error) return { values, ...explainAuthError(result.error) }
  // The same response for a new and a known address, so that the form does not reveal who has an account.
  if (result.data.session === null) {
    await keepSignUpMark(mark, result.data.user?.id ?? '')
    return { values, fieldErrors: {}, confirmationSent: true }
  }
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
