import 'server-only'
import { isAuthError, type User } from '@supabase/supabase-js'
import { cookies, headers } from 'next/headers'
import { redirect } from 'next/navigation'
import { connection } from 'next/server'
import { cache } from 'react'
import { EnvironmentError } from '#server/env.ts'
import { describeError, log } from '#server/log.ts'
import { isRefreshRefused, isSessionCookie, isSessionEnded, sessionEndedHeader } from '#server/session-cookie.ts'
import { createPageClient } from '#server/supabase.ts'

/** The user of the verified session. It can be as old as the session's token. */
export interface SessionUser {
  readonly id: string
  readonly email: string
}

/**
 * Reads and verifies the session, once per request. It does not ask Supabase whether the account still exists;
 * {@link requireUser} does.
 *
 * @returns null if nobody is signed in
 * @throws `ERR_ENV_INVALID` if Supabase is not configured
 * @throws AuthError if Supabase cannot be reached, which says nothing about the session
 */
export const getSessionUser = cache(async (): Promise<SessionUser | null> => {
  const client = await createPageClient()
  const { data, error } = await client.auth.getClaims()
  if (error !== null && !isSessionEnded(error)) throw error
  if (data === null) return null
  return { id: data.claims.sub, email: data.claims.email ?? '' }
})

/**
 * Reads the session for pages that also work without one.
 *
 * @returns null if nobody is signed in, and if Supabase is unreachable, which is logged, or not configured
 */
export async function getSessionUserOrNull(): Promise<SessionUser | null> {
  // Outside of the try block, because it throws at build time to make the page wait for a request.
  await connection()
  try {
    return await getSessionUser()
  } catch (error) {
    // Logged where it was refused.
    const isLogged = isAuthError(error) && isRefreshRefused(error)
    if (!isLogged && !(error instanceof EnvironmentError)) {
      log('error', 'session.unreadable', { error: describeError(error) })
    }
    return null
  }
}

/**
 * Returns the signed-in user, for every protected page and server action. It asks Supabase once per request, because a session
 * proves who signed in some time ago, and not that the account still exists.
 *
 * If nobody is signed in, it redirects to the sign-in page, which leads back to `next`.
 *
 * @param next the path of the page, or of the page of the action
 * @throws `ERR_ENV_INVALID` if Supabase is not configured
 * @throws AuthError if Supabase cannot be reached or gives no clear answer: an outage signs nobody out
 */
export async function requireUser(next: string): Promise<User> {
  const { user, reason } = await readUser()
  if (user !== null) return user
  const query = new URLSearchParams({ next })
  // Tells the visitor, and keeps the sign-in page from redirecting back because of the refused session.
  if (reason !== null) query.set('error', reason)
  redirect(`/login?${query}`)
}

const readUser = cache(async (): Promise<{ user: User | null; reason: 'session' | 'unavailable' | null }> => {
  const client = await createPageClient()
  const { data, error } = await client.auth.getUser()
  if (error === null) return { user: data.user, reason: null }
  // The session stays in the browser. Not an error of the page, because anyone can send a session that is due.
  if (isRefreshRefused(error)) return { user: null, reason: 'unavailable' }
  if (!isSessionEnded(error)) throw error
  const isInCookies = (await cookies()).getAll().some(({ name }) => isSessionCookie(name))
  const hadSession = isInCookies || (await headers()).has(sessionEndedHeader)
  return { user: null, reason: hadSession ? 'session' : null }
})
