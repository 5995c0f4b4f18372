import 'server-only'
import { isAuthRetryableFetchError } from '@supabase/supabase-js'
import { connection } from 'next/server'
import { cache } from 'react'
import { EnvironmentError } from './env.ts'
import { describeError, log } from './log.ts'
import { createPageClient } from './supabase.ts'

/** Who is signed in, as the verified session says. It can be as old as the session's token. */
export type Viewer = { id: string; email: string }

/**
 * Reads the visitor's session and verifies it; once a request, however many components ask.
 *
 * @returns null when no one is signed in
 * @throws EnvironmentError `ERR_ENV_INVALID` when Supabase is not configured
 * @throws AuthError when Supabase cannot be reached: that says nothing about the session
 */
export const getViewer = cache(async (): Promise<Viewer | null> => {
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
export async function getViewerIfKnown(): Promise<Viewer | null> {
  // Outside of what is caught: at build time it throws, to say that the page waits for its request.
  await connection()
  try {
    return await getViewer()
  } catch (error) {
    if (!(error instanceof EnvironmentError)) log('error', 'viewer.unreadable', { error: describeError(error) })
    return null
  }
}
