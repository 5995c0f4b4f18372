import type { HonoRequest, MiddlewareHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { mergeHeader } from '../../guard/add-headers.ts'
import { authenticate } from '../../guard/authenticate.ts'
import { noteOrigin } from '../../guard/one-request.ts'
import { type GuardOptions, refuse } from '../../guard/refuse.ts'
import type { Verifier } from '../../guard/verifier.ts'

/** The variables that the guard sets in Hono's context. */
export interface KeyVariables<Caller> {
  readonly Variables: {
    /** The accepted caller. */
    caller: Caller
  }
}

/** Options of `requireKey` for Hono. */
export interface RequireKeyOptions extends GuardOptions {
  /**
   * Throws an `HTTPException` with the response instead of returning it, so that `app.onError` and `some()` see the refusal. Its
   * `cause` is the denial. Default false.
   */
  readonly throw?: boolean
}

/** Returns a request with the body that Hono keeps if something has read it before, or else the request itself. */
async function withKeptBody({ raw, bodyCache }: HonoRequest): Promise<Request> {
  if (!raw.bodyUsed) return raw
  const kept = bodyCache.arrayBuffer ?? bodyCache.text ?? bodyCache.blob
  return kept === undefined ? raw : new Request(raw, { method: raw.method, body: await Promise.resolve(kept) })
}

/**
 * Creates a guard for Hono. Later middleware and handlers run only if the verifier accepts the request; they get the caller as
 * `c.var.caller`.
 *
 * It guards every method. Put CORS before it, because a preflight request carries no key. If the verifier reads the body, put the
 * guard before anything else that reads it other than with `c.req`.
 *
 * @example
 * import { Hono } from 'hono'
 * import { envSecret } from 'routekey'
 * import { requireKey } from 'routekey/hono'
 *
 * const app = new Hono()
 * app.get('/reports', requireKey(envSecret('API_ROUTE_SECRET')), (c) => c.json({ from: c.var.caller.variable }))
 */
export function requireKey<Caller>(
  verifier: Verifier<Caller>,
  options: RequireKeyOptions = {},
): MiddlewareHandler<KeyVariables<Caller>> {
  return async (c, next) => {
    const request = await withKeptBody(c.req)
    // Middleware may replace `c.req.raw`.
    noteOrigin(request, c.req)
    const result = await authenticate(request, verifier, options)
    if (!result.ok) {
      const response = await refuse(result.denial, request, options)
      if (options.throw) throw new HTTPException(result.denial.status, { res: response, cause: result.denial })
      return response
    }
    c.set('caller', result.caller)
    await next()
    // No header can be set on the response to an upgrade.
    if (c.res.status < 200) return undefined
    for (const [name, value] of Object.entries(result.headers)) {
      c.header(name, mergeHeader(name, value, c.res.headers.get(name)))
    }
    return undefined
  }
}
