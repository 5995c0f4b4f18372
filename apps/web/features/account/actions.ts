'use server'

import type { AuthError, User } from '@supabase/supabase-js'
import { headers } from 'next/headers'
import { redirect, unstable_rethrow } from 'next/navigation'
import { after } from 'next/server'
import { authUnavailable, withAuthClient } from '#features/auth/auth-client.ts'
import { clearSessionCookies } from '#features/auth/clear-session-cookies.ts'
import { requireUser } from '#features/auth/session.ts'
import { getStripeCustomerEngine } from '#features/stripe-customer/engine.ts'
import { type FormState, keepValues } from '#forms/form.ts'
import { describeError, log } from '#server/log.ts'
import { requestOrigin } from '#server/request-origin.ts'
import { createServiceClient } from '#server/supabase.ts'
import { createDeleteAccountParser, parseChangeEmail } from './account-forms.ts'

/** What the form for another address shows after it was sent. */
export type ChangeEmailState = FormState & {
  /** Set when the change waits for a link to be opened. */
  linkSent?: boolean
}

/** Asks Supabase to change the user's address, which it does once the link in its e-mail is opened. */
export async function changeEmail(_: ChangeEmailState, form: FormData): Promise<ChangeEmailState> {
  const user = await findUser()
  const values = keepValues(form, ['email'])
  if (user === null) return { values, fieldErrors: {}, formError: authUnavailable }
  const parsed = parseChangeEmail(form)
  if (!parsed.ok) return { values, fieldErrors: parsed.fieldErrors }
  const { email } = parsed.data
  if (email.toLowerCase() === user.email?.toLowerCase()) {
    return { values, fieldErrors: { email: ['This is your address already.'] } }
  }

  const emailRedirectTo = `${requestOrigin(await headers())}/auth/callback?flow=email-change`
  const result = await withAuthClient((client) => client.auth.updateUser({ email }, { emailRedirectTo }))
  if (result === null) return { values, fieldErrors: {}, formError: authUnavailable }
  // The same answer for an address that is taken: the form must not tell who has an account.
  if (result.error && result.error.code !== 'email_exists') return { values, ...explain(result.error) }
  return { values: { email }, fieldErrors: {}, linkSent: true }
}

/** Deletes the user's account and all that belongs to it, if they have typed that they mean it, and signs them out. */
export async function deleteAccount(_: FormState, form: FormData): Promise<FormState> {
  const user = await findUser()
  const values = keepValues(form, ['confirmation'])
  if (user === null) return { values, fieldErrors: {}, formError: authUnavailable }
  const parsed = createDeleteAccountParser(user.email ?? '')(form)
  if (!parsed.ok) return { values, fieldErrors: parsed.fieldErrors }

  const failure = await deleteUser(user.id)
  if (failure !== null) return { values, fieldErrors: {}, formError: failure }
  await clearSessionCookies()
  // Now rather than with the next sweep, which does it otherwise: a subscription goes on for as long as the customer is there.
  after(() => deleteStripeCustomer(user.id))
  redirect('/login?notice=account-deleted')
}

/** Gives the user, or null when Supabase cannot say who it is. Whoever is not signed in is sent to sign in. */
async function findUser(): Promise<User | null> {
  try {
    return await requireUser('/account')
  } catch (error) {
    unstable_rethrow(error)
    log('error', 'account.user_unknown', { error: describeError(error) })
    return null
  }
}

/** Deletes the user in one transaction; gives what to tell them when that did not succeed. */
async function deleteUser(id: string): Promise<string | null> {
  try {
    const { error } = await createServiceClient().rpc('delete_account', { user_id: id })
    // What is gone already is deleted too: the form may have been sent twice.
    if (error === null) return null
    log('error', 'account.delete_failed', { error: describeError(error), code: error.code })
    // Only the database gives a code. Without one, nobody knows whether the request got there.
    if (!error.code) return 'The database did not answer. Reload the page to see whether your account is still there.'
  } catch (error) {
    log('error', 'account.delete_failed', { error: describeError(error) })
  }
  return 'Your account could not be deleted, and nothing was changed. Please try again in a moment.'
}

async function deleteStripeCustomer(profileId: string): Promise<void> {
  try {
    await getStripeCustomerEngine().provision(profileId)
  } catch (error) {
    log('error', 'account.customer_left_to_sweep', { error: describeError(error) })
  }
}

type Explanation = Pick<ChangeEmailState, 'fieldErrors' | 'formError'>

const tooMany = { fieldErrors: {}, formError: 'Too many e-mails were asked for. Please wait a minute and try again.' }
const unusable = { fieldErrors: { email: ['This address cannot be used. Try another one.'] } }
const explanations = new Map<string | undefined, Explanation>([
  ['over_email_send_rate_limit', tooMany],
  ['over_request_rate_limit', tooMany],
  ['validation_failed', unusable],
  ['email_address_invalid', unusable],
  ['email_address_not_authorized', unusable],
])

/** Says in our words what Supabase refused; its own texts are for developers. */
function explain({ code, status }: AuthError): Explanation {
  const explanation = explanations.get(code)
  if (explanation !== undefined) return explanation
  log('error', 'account.email_refused', { code, status })
  return { fieldErrors: {}, formError: 'That did not work. Please try again.' }
}
