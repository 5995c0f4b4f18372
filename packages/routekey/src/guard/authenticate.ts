import type { Denial } from './denial.ts'
import { extractCredential } from './extract-credential.ts'
import { privateHeaders } from './private-headers.ts'
import type { ResponseHeaders, Verifier } from './verifier.ts'

/** What a refused request looked like. All but `request` is safe to log: its URL and headers may hold a key. */
export interface DeniedEvent {
  readonly denial: Denial
  readonly method: string
  /** The path, without the query. */
  readonly path: string
  readonly request: Request
}

/** Options of {@link authenticate}. */
export interface AuthenticateOptions {
  /** Called once for each refused request, before the answer. What it throws reaches the caller of `authenticate`. */
  readonly onDenied?: (event: DeniedEvent) => void
}

/** Who was let in, or why not. */
export type Authentication<Caller> =
  | {
      readonly ok: true
      readonly caller: Caller
      /** What the response must carry; the guards add it. */
      readonly headers: ResponseHeaders
    }
  | { readonly ok: false; readonly denial: Denial }

/**
 * Asks a verifier about a request. Every refusal is a value; it throws only what `onDenied` or a verifier of your own throws.
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
  const credential = extractCredential(request, verifier.queryParameters)
  const decision = await verifier.verify({ request, credential })
  if (decision.ok) {
    const headers = verifier.queryParameters.length > 0 ? { ...decision.headers, ...privateHeaders } : decision.headers
    return { ok: true, caller: decision.caller, headers: headers ?? {} }
  }
  const { denial } = decision
  options.onDenied?.({ denial, method: request.method, path: new URL(request.url).pathname, request })
  return { ok: false, denial }
}
