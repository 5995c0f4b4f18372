import 'server-only'
import type { AuthError } from '@supabase/supabase-js'
import type { FormState } from '#forms/form.ts'
import { log } from '#server/log.ts'

interface Explanation {
  readonly field?: 'email' | 'password'
  readonly text: string
}

const taken: Explanation = { field: 'email', text: 'An account with this address already exists. Sign in instead.' }
const unusable: Explanation = { field: 'email', text: 'You can’t use this address. Try another one.' }

const explanations = new Map<string | undefined, Explanation>([
  ['invalid_credentials', { text: 'Wrong email address or password.' }],
  ['user_already_exists', taken],
  ['email_exists', taken],
  ['validation_failed', unusable],
  ['email_address_invalid', unusable],
  ['email_address_not_authorized', unusable],
  ['weak_password', { field: 'password', text: 'This password is too easy to guess. Try a longer one.' }],
  ['email_not_confirmed', { text: 'Confirm your email address first. We sent you a link.' }],
  ['over_request_rate_limit', { text: 'Too many attempts. Wait a minute, then try again.' }],
  ['over_email_send_rate_limit', { text: 'Too many emails were requested. Wait a minute, then try again.' }],
  ['signup_disabled', { text: 'New sign-ups are turned off.' }],
  ['email_provider_disabled', { text: 'Signing in with email and password is turned off.' }],
  ['user_banned', { text: 'This account is suspended.' }],
])

/** Explains an error of Supabase Auth for a form. Supabase's own messages are for developers; unknown codes are logged. */
export function explainAuthError({ code, status }: AuthError): Pick<FormState, 'fieldErrors' | 'formError'> {
  const explanation = explanations.get(code)
  if (explanation === undefined) {
    log('error', 'auth.refused', { code, status })
    return { fieldErrors: {}, formError: 'Something went wrong. Try again.' }
  }
  const { field, text } = explanation
  return field === undefined ? { fieldErrors: {}, formError: text } : { fieldErrors: { [field]: [text] } }
}
