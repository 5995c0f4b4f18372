import type { MiddlewareHandler } from 'hono'
import { mergeHeader } from '../../guard/add-headers.ts'
import { type AuthenticateOptions, authenticate } from '../../guard/authenticate.ts'
import { denialResponse } from '../../guard/denial-response.ts'
import { noteOrigin } from '../../guard/one-request.ts'
import type { Verifier } from '../../guard/verifier.ts'

/** The variables that the guard sets in Hono's context. */
export interface KeyVariables<Caller> {
  readonly Variables: {
    /** The accepted caller. */
    caller: Caller
  }
}

/**
 * Creates a guard for Hono. Later middleware and handlers run only if the verifier accepts the request; they get the caller as
 * `c.var.caller`.
 *
 * It guards every method. Put CORS before it, because a preflight request carries no key. If the verifier reads the body, put the
 * guard before anything else that does.
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
  options: AuthenticateOptions = {},
): MiddlewareHandler<KeyVariables<Caller>> {
  return async (c, next) => {
    // Middleware may replace `c.req.raw`.
    noteOrigin(c.req.raw, c.req)
    const result = await authenticate(c.req.raw, verifier, options)
    if (!result.ok) return denialResponse(result.denial)
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
