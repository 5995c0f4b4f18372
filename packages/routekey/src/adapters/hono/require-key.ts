import type { Context, Env, HonoRequest, Next } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { mergeHeader } from '../../guard/add-headers.ts'
import { authenticate } from '../../guard/authenticate.ts'
import { noteOrigin } from '../../guard/one-request.ts'
import { type GuardOptions, refuse } from '../../guard/refuse.ts'
import type { Verifier } from '../../guard/verifier.ts'

/** Where the types of the callers of several guards meet. */
declare const guardedBy: unique symbol

/** The parameter of a function; of an intersection of functions, that of the last one. */
type LastParameter<Guards> = Guards extends (caller: infer Caller) => void ? Caller : never

// Hono intersects the variables of all guards of a route. `this` is then the intersection, and two different callers would be `never`.
interface LastCaller {
  readonly [guardedBy]: unknown
  /** The accepted caller. */
  readonly caller: LastParameter<this[typeof guardedBy]>
}

interface CallerVariable<Caller> extends LastCaller {
  readonly [guardedBy]: (caller: Caller) => void
}

/**
 * The variables that the guard sets in Hono's context: `new Hono<KeyVariables<SecretCaller>>()` types `c.var.caller` in handlers after
 * `app.use`. After two guards, it is the caller of the last one.
 */
export interface KeyVariables<Caller> {
  readonly Variables: CallerVariable<Caller>
}

/** Middleware for Hono that lets a request pass with a valid key. */
export interface KeyGuard<Caller> {
  /** Guards a request of any application, in middleware of its own. */
  <Application extends Env>(c: Context<Application>, next: Next): Promise<Response | void>
  // The last signature is the one from which Hono infers the variables.
  (c: Context<KeyVariables<Caller>>, next: Next): Promise<Response | void>
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
async function withKeptBody({ raw, bodyCache }: Pick<HonoRequest, 'raw' | 'bodyCache'>): Promise<Request> {
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
export function requireKey<Caller>(verifier: Verifier<Caller>, options: RequireKeyOptions = {}): KeyGuard<Caller> {
  return async (c: Context, next: Next) => {
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
