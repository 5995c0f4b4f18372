import 'server-only'
import { type AuthError, isAuthRetryableFetchError, type SupabaseClient } from '@supabase/supabase-js'
import { EnvironmentError } from '#server/env.ts'
import { describeError, log } from '#server/log.ts'
import { createActionClient } from '#server/supabase.ts'

/**
 * Calls Supabase Auth as the visitor, for server actions.
 *
 * @returns null if Supabase is unreachable or not configured, which is logged
 */
export async function withAuthClient<Result extends { error: AuthError | null }>(
  call: (client: SupabaseClient) => Promise<Result>,
): Promise<Result | null> {
  try {
    const result = await call(await createActionClient())
    if (result.error === null || !isAuthRetryableFetchError(result.error)) return result
    log('error', 'auth.unreachable', { error: describeError(result.error) })
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error
    log('error', 'auth.not_configured', { error: error.message })
  }
  return null
}
