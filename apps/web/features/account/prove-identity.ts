import 'server-only'
import type { User } from '@supabase/supabase-js'
import { authUnavailable, findRefusal } from '#features/auth/auth-refusals.ts'
import { signInWithPassword } from '#features/auth/password/sign-in-with-password.ts'
import type { FormState } from '#forms/form.ts'
import { describeError, log } from '#server/log.ts'
import { createPageClient, createServiceClient } from '#server/supabase.ts'
import { listSignInMethods } from './describe-sign-in-methods.ts'

/** The state of a form that a session alone is not enough for. */
export type ProvenFormState = FormState & {
  /** Set if the user must prove again who they are. */
  readonly needsProof?: boolean
}

/** The session of a user who proved who they are, or why not. */
export type Proof = { ok: true; sessionId: string } | { ok: false; refusal: Omit<ProvenFormState, 'values'> }

const unavailable: Proof = { ok: false, refusal: { fieldErrors: {}, formError: authUnavailable } }

/**
 * Makes sure that the user themselves uses this browser: with a sign-in within the last 10 minutes, or with the password in the
 * form, which signs in again. A stolen session has neither.
 *
 * @param user from Supabase Auth, never from the form
 */
export async function proveIdentity(user: User, form: FormData): Promise<Proof> {
  const password = form.get('password')
  const methods = listSignInMethods(user)
  if (methods.password && typeof password === 'string' && password !== '') {
    const refusal = await signInWithPassword({ email: user.email ?? '', password })
    if (refusal !== null) return { ok: false, refusal: { ...atPassword(refusal), needsProof: true } }
  }
  const { isKnown, sessionId } = await findRecentSession(user)
  if (!isKnown) return unavailable
  if (sessionId !== null) return { ok: true, sessionId }
  return {
    ok: false,
    refusal: methods.password
      ? { fieldErrors: { password: ['Enter your password to confirm it’s you.'] }, needsProof: true }
      : { fieldErrors: {}, needsProof: true },
  }
}

/** Whether a form must ask who the user is. Also if the database does not respond: the action checks again. */
export async function needsProof(user: User): Promise<boolean> {
  return (await findRecentSession(user)).sessionId === null
}

/** Returns the session of this browser if its sign-in is recent. It is not known if Supabase does not respond. */
async function findRecentSession(user: User): Promise<{ isKnown: boolean; sessionId: string | null }> {
  try {
    const client = await createPageClient()
    const { data, error } = await client.auth.getClaims()
    if (error !== null) throw error
    const sessionId = data?.claims.session_id
    if (sessionId === undefined || data?.claims.sub !== user.id) return { isKnown: true, sessionId: null }
    const { data: isRecent, error: failure } = await createServiceClient()
      .rpc('is_recent_sign_in', { user_id: user.id, session_id: sessionId })
      .overrideTypes<unknown>()
    if (failure !== null) throw failure
    return { isKnown: true, sessionId: isRecent === true ? sessionId : null }
  } catch (error) {
    log('error', 'account.sign_in_time_unknown', { error: describeError(error) })
    return { isKnown: false, sessionId: null }
  }
}

/** Shows a wrong password at its field. The address is not the visitor's input here. */
function atPassword({ fieldErrors, formError }: Omit<FormState, 'values'>): Omit<FormState, 'values'> {
  if (formError === findRefusal('invalid_credentials')?.text) return { fieldErrors: { password: ['Wrong password.'] } }
  return { fieldErrors, ...(formError === undefined ? {} : { formError }) }
}
