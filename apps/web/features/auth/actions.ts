'use server'

import type { AuthError } from '@supabase/supabase-js'
import { headers } from 'next/headers'
import { redirect } from 'next/navigation'
import { type FieldErrors, type FormState, keepValues } from '#forms/form.ts'
import { log } from '#server/log.ts'
import { requestOrigin } from '#server/request-origin.ts'
import { authUnavailable, withAuthClient } from './auth-client.ts'
import { clearSessionCookies } from './clear-session-cookies.ts'
import { parseSignIn, parseSignUp } from './credentials.ts'
import { parseRedirectPath } from './parse-redirect-path.ts'

/** What the form shows after it was sent. */
export type LoginState = FormState & {
  /** Set when the account waits for its address to be confirmed. */
  confirmationSent?: boolean
}

/** Signs in with e-mail and password, and goes on to the page that was asked for. */
export async function signIn(_: LoginState, form: FormData): Promise<LoginState> {
  const values = keepValues(form, ['email'])
  const parsed = parseSignIn(form)
  if (!parsed.ok) return { values, fieldErrors: parsed.fieldErrors }

  const result = await withAuthClient((client) => client.auth.signInWithPassword(parsed.data))
  if (result === null) return { values, fieldErrors: {}, formError: authUnavailable }
  if (result.error) return { values, ...explain(result.error) }
  redirect(parseRedirectPath(form.get('next')))
}

/** Creates an account with e-mail and password, and signs it in where Supabase asks for no confirmation. */
export async function signUp(_: LoginState, form: FormData): Promise<LoginState> {
  const values = keepValues(form, ['email'])
  const parsed = parseSignUp(form)
  if (!parsed.ok) return { values, fieldErrors: parsed.fieldErrors }

  const emailRedirectTo = `${requestOrigin(await headers())}/auth/callback`
  const result = await withAuthClient((client) => client.auth.signUp({ ...parsed.data, options: { emailRedirectTo } }))
  if (result === null) return { values, fieldErrors: {}, formError: authUnavailable }
  if (result.error) return { values, ...explain(result.error) }
  // The same answer whether the address is new or known: the form must not tell who has an account.
  if (result.data.session === null) return { values, fieldErrors: {}, confirmationSent: true }
  redirect(parseRedirectPath(form.get('next')))
}

/** Ends the session, here and at Supabase. */
export async function signOut(): Promise<void> {
  const result = await withAuthClient((client) => client.auth.signOut({ scope: 'local' }))
  if (result === null || result.error) {
    // Supabase keeps the session then, but this browser must not.
    await clearSessionCookies()
  }
  redirect('/')
}

interface Explanation {
  readonly field?: 'email' | 'password'
  readonly text: string
}

const taken: Explanation = { field: 'email', text: 'There is an account with this address. Sign in instead.' }
const unusable: Explanation = { field: 'email', text: 'This address cannot be used. Try another one.' }
const tooMany: Explanation = { text: 'Too many attempts. Please wait a minute and try again.' }
const switchedOff: Explanation = { text: 'Signing up with e-mail and password is switched off.' }

const explanations = new Map<string | undefined, Explanation>([
  ['invalid_credentials', { text: 'The e-mail address or the password is wrong.' }],
  ['user_already_exists', taken],
  ['email_exists', taken],
  ['email_address_invalid', unusable],
  ['email_address_not_authorized', unusable],
  ['weak_password', { field: 'password', text: 'This password is too easy to guess. Try a longer one.' }],
  ['email_not_confirmed', { text: 'Please confirm your address first: we have sent you an e-mail.' }],
  ['over_request_rate_limit', tooMany],
  ['over_email_send_rate_limit', tooMany],
  ['signup_disabled', switchedOff],
  ['email_provider_disabled', switchedOff],
  ['user_banned', { text: 'This account is suspended.' }],
])

/** Says in our words what Supabase refused; its own texts are for developers. */
function explain(error: AuthError): { fieldErrors: FieldErrors; formError?: string } {
  const explanation = explanations.get(error.code)
  if (explanation === undefined) {
    log('error', 'auth.refused', { code: error.code, status: error.status })
    return { fieldErrors: {}, formError: 'That did not work. Please try again.' }
  }
  const { field, text } = explanation
  return field === undefined ? { fieldErrors: {}, formError: text } : { fieldErrors: { [field]: [text] } }
}
