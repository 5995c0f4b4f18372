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
import { oneAtATime } from './one-at-a-time.ts'

type Refusal = Pick<FormState, 'fieldErrors' | 'formError'>

/**
 * Signs in with a password, and stores the new session in this browser. Wrong passwords are counted, and a refusal takes as long
 * for an unknown address as for a known one, also of attempts at once.
 *
 * @returns null after a sign-in, or why it was refused
 */
export async function signInWithPassword(credentials: { email: string; password: string }): Promise<Refusal | null> {
  const account = credentials.email.toLowerCase()
  try {
    const counts = await countsFor(account)
    // Before it waits for its turn, so that many attempts at once do not hold up each other.
    const throttled = await consumeThrottles(counts)
    if (throttled !== null) return await hold(() => Promise.resolve(refuse(describeThrottle(throttled))))
    return await oneAtATime(await throttledAddress(), () => hold(() => attempt(credentials, counts)))
  } catch (error) {
    log('error', 'auth.throttle_failed', { error: describeError(error) })
    return refuse(authUnavailable)
  }
}

const refuse = (formError: string): Refusal => ({ fieldErrors: {}, formError })

async function hold(task: () => Promise<Refusal | null>): Promise<Refusal | null> {
  const answer = holdAnswer()
  const refusal = await task()
  if (refusal !== null) await answer.wait()
  return refusal
}

async function attempt(
  credentials: { email: string; password: string },
  counts: readonly ThrottleCount[],
): Promise<Refusal | null> {
  const result = await withAuthClient((client) => signIn(client, credentials))
  if (result === null) return refuse(authUnavailable)
  if (result.error !== null) return explainAuthError(result.error)
  logSignIn('password', result.data.user)
  await rewardThrottles(counts)
  await rememberDevice(credentials.email.toLowerCase())
  return null
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
