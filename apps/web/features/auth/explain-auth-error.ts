import 'server-only'
import type { AuthError } from '@supabase/supabase-js'
import type { FormState } from '#forms/form.ts'
import { log } from '#server/log.ts'
import { findRefusal, loggedCode } from './auth-refusals.ts'

/** Explains an error of Supabase Auth for a form, and logs its code. Supabase's own messages are for developers. */
export function explainAuthError({ code, status }: AuthError): Pick<FormState, 'fieldErrors' | 'formError'> {
  const refusal = findRefusal(code)
  log(refusal === undefined ? 'error' : 'warn', 'auth.refused', { code: loggedCode(code), status })
  if (refusal === undefined) return { fieldErrors: {}, formError: 'Something went wrong. Try again.' }
  const { field, text } = refusal
  return field === undefined ? { fieldErrors: {}, formError: text } : { fieldErrors: { [field]: [text] } }
}
