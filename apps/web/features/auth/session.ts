import 'server-only'
import { isAuthRetryableFetchError, type User } from '@supabase/supabase-js'
import { cookies, headers } from 'next/headers'
import { redirect } from 'next/navigation'
import { connection } from 'next/server'
import { cache } from 'react'
import { EnvironmentError } from '#server/env.ts'
import { describeError, log } from '#server/log.ts'
import { isSessionCookie, isSessionEnded, sessionEndedHeader } from '#server/session-cookie.ts'
import { createPageClient } from '#server/supabase.ts'

/** Who is signed in, as the verified session says. It can be as old as the session's token. */
export interface SessionUser {
  readonly id: string
  readonly email: string
}

/**
 * Reads the visitor's session and verifies it; once a request, however many components ask.
 *
 * @returns null when no one is signed in
 * @throws EnvironmentError `ERR_ENV_INVALID` when Supabase is not configured
 * @throws AuthError when Supabase cannot be reached: that says nothing about the session
 */
export const getSessionUser = cache(async (): Promise<SessionUser | null> => {
  const client = await createPageClient()
  const { data, error } = await client.auth.getClaims()
  if (error && isAuthRetryableFetchError(error)) throw error
  if (!data) return null
  return { id: data.claims.sub, email: data.claims.email ?? '' }
})

/**
 * Reads the visitor's session where it only changes what is offered to them: without Supabase, no one is signed in.
 *
 * @returns null when no one is signed in, or no one can tell
 */
export async function getSessionUserOrNull(): Promise<SessionUser | null> {
  // Outside of what is caught: at build time it throws, to say that the page waits for its request.
  await connection()
  try {
    return await getSessionUser()
  } catch (error) {
    if (!(error instanceof EnvironmentError)) log('error', 'session.unreadable', { error: describeError(error) })
    return null
  }
}

/**
 * Gives the user who is signed in, for each protected page and each server action. It asks Supabase, once a request: a
 * session proves who signed in, some time ago, and not that the account is still there.
 *
 * Without one it does not return: the visitor is sent to sign in, and then on to `next`.
 *
 * @param next the path of the page, or of the page that the action belongs to
 * @throws EnvironmentError `ERR_ENV_INVALID` when Supabase is not configured
 * @throws AuthError when Supabase cannot be reached or does not say: an outage signs no one out
 */
export async function requireUser(next: string): Promise<User> {
  const { user, hadSession } = await readUser()
  if (user !== null) return user
  const query = new URLSearchParams({ next })
  // Said where it is news, and so that the sign-in page does not take the refused session for a good one.
  if (hadSession) query.set('error', 'session')
  redirect(`/login?${query}`)
}

const readUser = cache(async (): Promise<{ user: User | null; hadSession: boolean }> => {
  const client = await createPageClient()
  const { data, error } = await client.auth.getUser()
  if (error === null) return { user: data.user, hadSession: true }
  if (!isSessionEnded(error)) throw error
  const isInCookies = (await cookies()).getAll().some(({ name }) => isSessionCookie(name))
  return { user: null, hadSession: isInCookies || (await headers()).has(sessionEndedHeader) }
})
