'use server'

import type { User } from '@supabase/supabase-js'
import { headers } from 'next/headers'
import { redirect, unstable_rethrow } from 'next/navigation'
import { after } from 'next/server'
import { withAuthClient } from '#features/auth/auth-client.ts'
import { authUnavailable } from '#features/auth/auth-refusals.ts'
import { clearSessionCookies } from '#features/auth/clear-session-cookies.ts'
import { explainAuthError } from '#features/auth/explain-auth-error.ts'
import { holdAnswer } from '#features/auth/password/hold-answer.ts'
import { requireUser } from '#features/auth/session.ts'
import { throttleAddress } from '#features/auth/throttle/throttle.ts'
import { getStripeCustomerEngine } from '#features/stripe-customer/engine.ts'
import { keepValues } from '#forms/form.ts'
import { requireForm } from '#forms/require-form.ts'
import { describeError, log } from '#server/log.ts'
import { requestOrigin } from '#server/request-origin.ts'
import { createServiceClient } from '#server/supabase.ts'
import { createDeleteAccountParser, parseChangeEmail } from './account-forms.ts'
import { proveIdentity, type ProvenFormState } from './prove-identity.ts'

/** The state of the form after it was sent. */
export type ChangeEmailState = ProvenFormState & {
  /** Set if the user must open a link to confirm the change. */
  linkSent?: boolean
}

/** Requests a new email address. Supabase changes it when the user opens the link in its email. */
export async function changeEmail(_: ChangeEmailState, form: FormData): Promise<ChangeEmailState> {
  requireForm(form)
  const user = await findUser()
  const values = keepValues(form, ['email'])
  if (user === null) return { values, fieldErrors: {}, formError: authUnavailable }
  const parsed = parseChangeEmail(form)
  if (!parsed.ok) return { values, fieldErrors: parsed.fieldErrors }
  const { email } = parsed.data
  if (email.toLowerCase() === user.email?.toLowerCase()) {
    return { values, fieldErrors: { email: ['This is already your email address.'] } }
  }
  const proof = await proveIdentity(user, form)
  if (!proof.ok) return { values, ...proof.refusal }
  const throttled = await throttleAddress('mail')
  if (throttled !== null) return { values, fieldErrors: {}, formError: throttled }

  const answer = holdAnswer()
  const emailRedirectTo = `${requestOrigin(await headers())}/auth/callback?flow=email-change`
  const result = await withAuthClient((client) => client.auth.updateUser({ email }, { emailRedirectTo }))
  if (result === null) return { values, fieldErrors: {}, formError: authUnavailable }
  await answer.wait()
  // The same response for an address that is taken, at the same time, so that the form does not reveal who has an account. An email was
  // sent a moment ago if there are too many, which is refused only for an address that is free.
  const isHidden = result.error?.code === 'email_exists' || result.error?.code === 'over_email_send_rate_limit'
  if (result.error !== null && !isHidden) return { values, ...explainAuthError(result.error) }
  return { values: { email }, fieldErrors: {}, linkSent: true }
}

/** Deletes the user's account with its data, if they confirmed it, and signs them out. */
export async function deleteAccount(_: ProvenFormState, form: FormData): Promise<ProvenFormState> {
  requireForm(form)
  const user = await findUser()
  const values = keepValues(form, ['confirmation'])
  if (user === null) return { values, fieldErrors: {}, formError: authUnavailable }
  const parsed = createDeleteAccountParser(user.email ?? '')(form)
  if (!parsed.ok) return { values, fieldErrors: parsed.fieldErrors }

  const proof = await proveIdentity(user, form)
  if (!proof.ok) return { values, ...proof.refusal }
  const failure = await deleteUser(user.id, proof.sessionId)
  if (failure !== null) return { values, fieldErrors: {}, formError: failure }
  await clearSessionCookies()
  // Now and not with the next sweep, because subscriptions continue until the customer is deleted.
  after(() => deleteStripeCustomer(user.id))
  redirect('/login?notice=account-deleted')
}

/** Returns the signed-in user, or null if Supabase cannot be reached. Redirects to the sign-in page if nobody is signed in. */
async function findUser(): Promise<User | null> {
  try {
    return await requireUser('/account')
  } catch (error) {
    unstable_rethrow(error)
    log('error', 'account.user_unknown', { error: describeError(error) })
    return null
  }
}

/** Deletes the user in one transaction. Returns a message for the user if that failed. */
async function deleteUser(id: string, sessionId: string): Promise<string | null> {
  try {
    const client = createServiceClient()
    const { data, error } = await client
      .rpc('delete_own_account', { user_id: id, session_id: sessionId })
      .overrideTypes<unknown>()
    if (error === null && data === true) return null
    if (error === null) return 'Your session has ended or is too old. Nothing was changed. Reload the page.'
    log('error', 'account.delete_failed', { error: describeError(error), code: error.code })
    // Only the database returns a code. Without one, it is unknown whether the request arrived.
    if (!error.code) return 'The database did not respond. Reload the page to see whether your account still exists.'
  } catch (error) {
    log('error', 'account.delete_failed', { error: describeError(error) })
  }
  return 'We couldn’t delete your account. Nothing was changed. Try again in a moment.'
}

async function deleteStripeCustomer(profileId: string): Promise<void> {
  try {
    await getStripeCustomerEngine().provision(profileId)
  } catch (error) {
    log('error', 'account.customer_left_to_sweep', { error: describeError(error) })
  }
}
