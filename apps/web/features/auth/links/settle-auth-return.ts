import 'server-only'
import { type AuthError, isAuthRetryableFetchError } from '@supabase/supabase-js'
import { loggedCode, nameRefusal } from '#features/auth/auth-refusals.ts'
import { describeError, log } from '#server/log.ts'

/** `done`, another result of the call, or the name of a refusal for the sign-in page. */
export type AuthOutcome = string

/**
 * Calls Supabase Auth to complete a sign-in or a confirmation. Refusals and errors are logged.
 *
 * @param interpret names the result of a call without an error; default `done`
 */
export async function settleAuthReturn<Result extends { error: AuthError | null }>(
  call: () => Promise<Result>,
  interpret: (result: Result) => AuthOutcome | Promise<AuthOutcome> = () => 'done',
): Promise<AuthOutcome> {
  try {
    const result = await call()
    if (result.error === null) return await interpret(result)
    if (isAuthRetryableFetchError(result.error)) throw result.error
    log('warn', 'auth.return_refused', { code: loggedCode(result.error.code), status: result.error.status })
    return nameRefusal(result.error.code)
  } catch (error) {
    log('error', 'auth.return_failed', { error: describeError(error) })
    return 'unavailable'
  }
}
