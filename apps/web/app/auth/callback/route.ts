import { redirect } from 'next/navigation'
import { loggedCode } from '#features/auth/auth-refusals.ts'
import { afterEmailChange } from '#features/auth/links/after-email-change.ts'
import { logSignIn } from '#features/auth/log-sign-in.ts'
import { type AuthOutcome, settleAuthReturn } from '#features/auth/links/settle-auth-return.ts'
import { type AuthReturn, parseAuthReturn } from '#features/auth/parse-auth-return.ts'
import { parseRedirectPath } from '#features/auth/parse-redirect-path.ts'
import { log } from '#server/log.ts'
import { methodNotAllowed } from '#server/method-not-allowed.ts'
import { createActionClient } from '#server/supabase.ts'

// routekey-audit: public, a sign-in ends here
/**
 * Completes a sign-in with GitHub. Its code works only in the browser that started the sign-in, which has the verifier (RFC 7636).
 * The token of an email works in any browser, so this route does not use it: the page that it leads to asks first.
 */
export async function GET(request: Request): Promise<never> {
  const query = new URL(request.url).searchParams
  const result = parseAuthReturn(query)
  if (result.kind === 'token') {
    redirect(`/auth/confirm?${new URLSearchParams({ token_hash: result.tokenHash, type: result.type })}`)
  }
  const outcome = await finish(result)
  if (query.get('flow') === 'email-change' || outcome === 'half_confirmed') redirect(await afterEmailChange(outcome))
  redirect(outcome === 'done' ? parseRedirectPath(query.get('next')) : `/login?error=${outcome}`)
}

async function finish(result: Exclude<AuthReturn, { kind: 'token' }>): Promise<AuthOutcome> {
  switch (result.kind) {
    case 'refused':
      log('warn', 'auth.return_refused', { code: loggedCode(result.code) })
      return result.reason
    case 'half_confirmed':
      return 'half_confirmed'
    case 'code':
      return settleAuthReturn(
        async () => (await createActionClient()).auth.exchangeCodeForSession(result.code),
        ({ data: { user } }) => {
          if (user !== null) logSignIn('return', user)
          return 'done'
        },
      )
  }
}

// Also for HEAD, which must not use up a code
export const { DELETE, HEAD, OPTIONS, PATCH, POST, PUT } = methodNotAllowed('GET')
