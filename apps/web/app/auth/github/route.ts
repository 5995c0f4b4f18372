import { redirect } from 'next/navigation'
import { parseRedirectPath } from '#features/auth/parse-redirect-path.ts'
import { isSameOrigin } from '#server/is-same-origin.ts'
import { describeError, log } from '#server/log.ts'
import { methodNotAllowed } from '#server/method-not-allowed.ts'
import { requestOrigin } from '#server/request-origin.ts'
import { createActionClient } from '#server/supabase.ts'

// routekey-audit: public, a sign-in starts here
/**
 * Starts a sign-in with GitHub: stores the PKCE verifier in a cookie and redirects to Supabase. A link and not a form, so that
 * it works before scripts arrive and with `form-action 'self'`.
 */
export async function GET(request: Request): Promise<never> {
  const next = parseRedirectPath(new URL(request.url).searchParams.get('next'))
  // Otherwise another site could sign a visitor in, or to another account, without a click: GitHub asks only the first time.
  if (!isSameOrigin(request.headers)) redirect(`/login?${new URLSearchParams({ next })}`)
  const callback = new URL('/auth/callback', requestOrigin(request.headers))
  callback.searchParams.set('next', next)
  redirect(await authorizationUrl(callback.href))
}

// Also for HEAD, which must not start a sign-in
export const { DELETE, HEAD, OPTIONS, PATCH, POST, PUT } = methodNotAllowed('GET')

async function authorizationUrl(redirectTo: string): Promise<string> {
  try {
    const client = await createActionClient()
    const { data, error } = await client.auth.signInWithOAuth({ provider: 'github', options: { redirectTo } })
    if (error) throw error
    return data.url
  } catch (error) {
    log('error', 'auth.github_failed', { error: describeError(error) })
    return '/login?error=unavailable'
  }
}
