import { redirect } from 'next/navigation'
import { describeError, log } from '#lib/log.ts'
import { parseRedirectPath } from '#lib/redirect-path.ts'
import { createActionClient } from '#lib/supabase.ts'

/** Ends signing in by GitHub or by a link in an e-mail: exchanges the code for a session (PKCE). */
export async function GET(request: Request): Promise<never> {
  const query = new URL(request.url).searchParams
  const error = await exchange(query)
  redirect(error === null ? parseRedirectPath(query.get('next')) : `/login?error=${error}`)
}

async function exchange(query: URLSearchParams): Promise<'denied' | 'failed' | 'unavailable' | null> {
  if (query.get('error') === 'access_denied') return 'denied'
  const code = query.get('code')
  if (code === null) return 'failed'
  try {
    const { error } = await (await createActionClient()).auth.exchangeCodeForSession(code)
    if (error === null) return null
    log('warn', 'auth.exchange_refused', { code: error.code, status: error.status })
    return 'failed'
  } catch (error) {
    log('error', 'auth.exchange_failed', { error: describeError(error) })
    return 'unavailable'
  }
}
