import 'server-only'
import { isAuthRetryableFetchError } from '@supabase/supabase-js'
import { cache } from 'react'
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
