import { confirmLink } from '#features/auth/links/confirm-link.ts'
import { parseAuthReturn } from '#features/auth/parse-auth-return.ts'
import { isSameOrigin } from '#server/is-same-origin.ts'
import { methodNotAllowed } from '#server/method-not-allowed.ts'
import { readBody } from '#server/read-body.ts'
import { refuseRequest } from '#server/refuse-request.ts'

const maxBodyBytes = 2048

// routekey-audit: public, the form of /auth/confirm is sent here, with the token of an email
/**
 * Uses up the link of an email. A route and not a server action, which Next.js refuses without scripts on a page that sends no
 * referrer, because the browser then sends `Origin: null`.
 */
export async function POST(request: Request): Promise<Response> {
  if (!isSameOrigin(request.headers)) {
    return refuseRequest(request, 403, 'Open the link in the email, and press the button on its page.')
  }
  const body = await readBody(request, maxBodyBytes)
  if (body === null) return refuseRequest(request, 413, 'The form is too large.')
  const link = parseAuthReturn(new URLSearchParams(new TextDecoder().decode(body)))
  const location = link.kind === 'token' ? await confirmLink(link) : '/login?error=failed'
  // Not `redirect()`, which answers 307 here, so that the browser would post the token again.
  return new Response(null, { status: 303, headers: { location, 'cache-control': 'no-store' } })
}

export const { DELETE, GET, HEAD, OPTIONS, PATCH, PUT } = methodNotAllowed('POST')
