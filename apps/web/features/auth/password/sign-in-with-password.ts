import 'server-only'
import type { AuthTokenResponsePassword, SupabaseClient } from '@supabase/supabase-js'
import type { FormState } from '#forms/form.ts'
import { describeError, log } from '#server/log.ts'
import { withAuthClient } from '../auth-client.ts'
import { authUnavailable } from '../auth-refusals.ts'
import { explainAuthError } from '../explain-auth-error.ts'
import { logSignIn } from '../log-sign-in.ts'
import { findKnownDevice, rememberDevice } from '../throttle/device-cookie.ts'
import { consumeThrottles, describeThrottle, rewardThrottles, type ThrottleCount } from '../throttle/throttle.ts'
import { throttledAddress } from '../throttle/throttled-address.ts'
import { holdAnswer } from './hold-answer.ts'

type Refusal = Pick<FormState, 'fieldErrors' | 'formError'>

/**
 * Signs in with a password, and stores the new session in this browser. Wrong passwords are counted, and a refusal takes as long
 * for an unknown address as for a known one.
 *
 * @returns null after a sign-in, or why it was refused
 */
export async function signInWithPassword(credentials: { email: string; password: string }): Promise<Refusal | null> {
  const answer = holdAnswer()
  const refusal = await attempt(credentials)
  if (refusal !== null) await answer.wait()
  return refusal
}

async function attempt(credentials: { email: string; password: string }): Promise<Refusal | null> {
  const account = credentials.email.toLowerCase()
  try {
    const counts = await countsFor(account)
    const throttled = await consumeThrottles(counts)
    if (throttled !== null) return { fieldErrors: {}, formError: describeThrottle(throttled) }
    const result = await withAuthClient((client) => signIn(client, credentials))
    if (result === null) return { fieldErrors: {}, formError: authUnavailable }
    if (result.error !== null) return explainAuthError(result.error)
    logSignIn('password', result.data.user)
    await rewardThrottles(counts)
    await rememberDevice(account)
    return null
  } catch (error) {
    log('error', 'auth.throttle_failed', { error: describeError(error) })
    return { fieldErrors: {}, formError: authUnavailable }
  }
}

/**
 * Whose attempts are counted. A browser that has signed in to the account is counted by itself, so that nobody else can use up its
 * attempts: neither from the same address, nor from many addresses.
 */
async function countsFor(account: string): Promise<ThrottleCount[]> {
  const device = await findKnownDevice(account)
  if (device !== null) return [{ throttle: 'browser', key: `${account} ${device}` }]
  const address = await throttledAddress()
  return [
    { throttle: 'browser', key: `${account} ${address}` },
    { throttle: 'address', key: address },
    { throttle: 'account', key: account },
  ]
}

/** Signs in, and ends the session that this browser had, so that a copy of it ends as well. */
async function signIn(
  client: SupabaseClient,
  credentials: { email: string; password: string },
): Promise<AuthTokenResponsePassword> {
  const { data } = await client.auth.getSession()
  const result = await client.auth.signInWithPassword(credentials)
  if (result.error === null && data.session !== null) {
    const { error } = await client.auth.admin.signOut(data.session.access_token, 'local')
    if (error !== null) log('warn', 'auth.session_not_ended', { error: describeError(error) })
  }
  return result
}
