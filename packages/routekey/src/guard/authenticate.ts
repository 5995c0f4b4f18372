import type { Denial } from './denial.ts'
import { extractCredential } from './extract-credential.ts'
import { defaultSources } from './key-source.ts'
import { originOf, takeBack } from './one-request.ts'
import { privateHeaders } from './private-headers.ts'
import type { ResponseHeaders, Verifier } from './verifier.ts'

/** A refused request. Do not log `request`: its URL and headers may hold a key. The rest is safe to log. */
export interface DeniedEvent {
  readonly denial: Denial
  readonly method: string
  /** The path, without the query. */
  readonly path: string
  readonly request: Request
}

export interface AuthenticateOptions {
  /** Called once for each refused request, before the response. If it throws, so does `authenticate`. */
  readonly onDenied?: (event: DeniedEvent) => void
}

/** The accepted caller, or the reason for the refusal. */
export type Authentication<Caller> =
  | {
      readonly ok: true
      readonly caller: Caller
      /**
       * Set these on the response; add to a `Vary` that it has, and keep its `Cache-Control` if this one is only `private`. `withKey`
       * and the other guards do it for you.
       */
      readonly headers: ResponseHeaders
    }
  | { readonly ok: false; readonly denial: Denial }

/**
 * Decides whether a request may pass. A refusal is a value, not an exception; this throws only if `onDenied` or the verifier does.
 *
 * @example
 * import { authenticate, denialResponse, envSecret } from 'routekey'
 *
 * const result = await authenticate(request, envSecret('API_ROUTE_SECRET'))
 * if (!result.ok) return denialResponse(result.denial)
 */
export async function authenticate<Caller>(
  request: Request,
  verifier: Verifier<Caller>,
  options: AuthenticateOptions = {},
): Promise<Authentication<Caller>> {
  const { from = defaultSources } = verifier
  const decision = await verifier.verify({ request, credential: extractCredential(request, from) })
  if (decision.ok) {
    takeBack(originOf(request))
    const names = from.flatMap((source) => (source.startsWith('?') ? [] : source.split(':', 1)))
    const headers = {
      // A shared cache must not give one caller's response to another.
      'cache-control': 'private',
      ...(names.length > 0 && { vary: names.join(', ') }),
      ...decision.headers,
      ...(names.length < from.length && privateHeaders),
    }
    return { ok: true, caller: decision.caller, headers }
  }
  const { denial } = decision
  options.onDenied?.({ denial, method: request.method, path: new URL(request.url).pathname, request })
  return { ok: false, denial }
}
