import type { SetAllCookies } from '@supabase/ssr'
import { z } from 'zod'
import { describeError, log } from '#server/log.ts'
import { isEndedCode, isSessionCookie, refreshRefusedStatus } from '#server/session-cookie.ts'

/** Sends the request that refreshes a session, or returns null to refuse it. */
export type Refresh = (send: () => Promise<Response>) => Promise<Response | null>

/** Refuses it: `proxy.ts` refreshes a session once per request, before the page or action reads it. */
export const neverRefresh: Refresh = () => Promise.resolve(null)

const bodySchema = z.object({ code: z.unknown(), error_code: z.unknown() }).partial()

/**
 * Bounds what a session that is due may cost, and keeps its cookies unless Supabase Auth says that it has ended. Without it,
 * Supabase's client repeats a refresh for 30 seconds after an error of the server, and deletes the cookies after every other one, such
 * as a rate limit, which anyone can use up for all.
 */
export function guardRefresh(fetchSupabase: typeof fetch, refresh: Refresh) {
  let isKept = false
  const guardedFetch: typeof fetch = async (input, init) => {
    if (!isRefresh(input)) return fetchSupabase(input, init)
    const response = await answer(() => refresh(() => fetchSupabase(input, init)))
    isKept = response === null
    return response ?? refuse(refreshRefusedStatus, 'session_expired')
  }
  const guardSetAll =
    (setAll: SetAllCookies): SetAllCookies =>
    (cookies, headers) => {
      // A new session may leave parts of the old one to delete.
      const isNew = cookies.some(({ name, value }) => isSessionCookie(name) && value !== '')
      const changed = isKept && !isNew ? cookies.filter(({ name }) => !isSessionCookie(name)) : cookies
      return changed.length === 0 ? undefined : setAll(changed, headers)
    }
  return { fetch: guardedFetch, guardSetAll }
}

function isRefresh(input: Parameters<typeof fetch>[0]): boolean {
  const url = new URL(input instanceof Request ? input.url : input)
  return url.pathname.endsWith('/token') && url.searchParams.get('grant_type') === 'refresh_token'
}

/** Supabase's client prints the message, which `structureOutput` knows. */
function refuse(status: number, code: 'session_expired' | 'refresh_token_not_found'): Response {
  return Response.json({ error_code: code, msg: 'The session was not refreshed' }, { status })
}

/** Returns a new session, or the refusal of one that has ended; null for everything else, which is logged. */
async function answer(send: () => Promise<Response | null>): Promise<Response | null> {
  try {
    const response = await send()
    if (response === null || response.ok) return response
    const { code, error_code: errorCode } = bodySchema.catch({}).parse(
      await response
        .clone()
        .json()
        .catch(() => ({})),
    )
    // The last one is for a token that Supabase Auth cannot have made.
    const hasEnded = [code, errorCode].some((one) => isEndedCode(one) || one === 'validation_failed')
    if (hasEnded) return refuse(400, 'refresh_token_not_found')
    log(response.status >= 500 ? 'error' : 'warn', 'auth.refresh_refused', { status: response.status })
  } catch (error) {
    log('error', 'auth.unreachable', { error: describeError(error) })
  }
  return null
}
