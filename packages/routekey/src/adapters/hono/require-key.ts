import type { MiddlewareHandler } from 'hono'
import { type AuthenticateOptions, authenticate } from '../../guard/authenticate.ts'
import { denialResponse } from '../../guard/denial-response.ts'
import type { Verifier } from '../../guard/verifier.ts'

/** What the guard puts into Hono's context. */
export interface KeyVariables<Caller> {
  readonly Variables: {
    /** Who was let in. */
    caller: Caller
  }
}

/**
 * Makes a guard for Hono: what comes after it runs only for callers that the verifier lets in, and finds them in
 * `c.var.caller`.
 *
 * It guards every method. Put CORS before it, because a preflight carries no key; and put it before what reads the body if the
 * verifier reads it too.
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
    const result = await authenticate(c.req.raw, verifier, options)
    if (!result.ok) return denialResponse(result.denial)
    c.set('caller', result.caller)
    await next()
    for (const [name, value] of Object.entries(result.headers)) c.header(name, value)
    return undefined
  }
}
