import type { Denial } from './denial.ts'
import { extractCredential } from './extract-credential.ts'
import { defaultSources } from './key-source.ts'
import type { Logger } from './logger.ts'
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
  /** Called once for each refused request, and awaited before the response. If it throws, the error is logged. */
  readonly onDenied?: (event: DeniedEvent) => unknown
  /** Gets what a hook of the guard throws. Default `console`. */
  readonly logger?: Logger
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

/** Runs a hook of the application, and logs what it throws. */
export async function runHook<Result>(
  name: string,
  hook: () => Result | Promise<Result>,
  logger: Logger = console,
): Promise<Result | undefined> {
  try {
    return await hook()
  } catch (error) {
    logger.error(`routekey: ${name} failed: ${error instanceof Error ? error.stack : String(error)}`)
    return undefined
  }
}

/**
 * Decides whether a request may pass. A refusal is a value, not an exception; this throws only if the verifier does.
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
    const inHeaders = from.filter((source) => !source.startsWith('?'))
    const vary = inHeaders.join(', ').replaceAll(/:[^,]*/g, '')
    const headers = {
      // A shared cache must not give one caller's response to another.
      'cache-control': 'private',
      ...(vary && { vary }),
      ...decision.headers,
      ...(inHeaders.length < from.length && privateHeaders),
    }
    return { ok: true, caller: decision.caller, headers }
  }
  const { denial } = decision
  const { onDenied, logger } = options
  if (onDenied) {
    const { method, url } = request
    await runHook('onDenied', () => onDenied({ denial, method, path: new URL(url).pathname, request }), logger)
  }
  return { ok: false, denial }
}
