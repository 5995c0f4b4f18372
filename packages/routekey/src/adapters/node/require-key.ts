import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AuthenticateOptions } from '../../guard/authenticate.ts'
import { RoutekeyError } from '../../errors.ts'
import { guardRequest } from '../node-http/guard-request.ts'
import type { Verifier } from '../../guard/verifier.ts'

/** A guard for Express, Connect, and Fastify's hooks; it also knows who was let in. */
export interface KeyMiddleware<Caller> {
  (request: IncomingMessage, response: ServerResponse, next: (error?: Error) => void): Promise<void>
  /**
   * Says who was let in.
   *
   * @throws `ERR_REQUEST_UNGUARDED` for a request that this guard has not let in, such as one of a route that it does not stand before.
   */
  callerOf(request: IncomingMessage): Caller
}

/**
 * Makes a guard that stands before several routes: what comes after it runs only for callers that the verifier lets in.
 *
 * It guards every method. Put CORS before it, because a preflight carries no key; and put it before a body parser if the
 * verifier reads the body.
 *
 * @example
 * import express from 'express'
 * import { envSecret } from 'routekey'
 * import { requireKey } from 'routekey/node'
 *
 * const guard = requireKey(envSecret('API_ROUTE_SECRET'))
 * const app = express()
 * app.use('/internal', guard)
 * app.get('/internal/whoami', (request, response) => response.json(guard.callerOf(request)))
 * @example
 * // Fastify
 * fastify.addHook('onRequest', (request, reply, done) => void guard(request.raw, reply.raw, done))
 */
export function requireKey<Caller>(
  verifier: Verifier<Caller>,
  options: AuthenticateOptions = {},
): KeyMiddleware<Caller> {
  // Beside the request, not on it: no other middleware can put a caller there, and the type needs no declaration merging.
  const admitted = new WeakMap<IncomingMessage, { readonly caller: Caller }>()

  async function guard(
    request: IncomingMessage,
    response: ServerResponse,
    next: (error?: Error) => void,
  ): Promise<void> {
    try {
      const context = await guardRequest(request, response, verifier, options)
      if (context === null) return
      admitted.set(request, context)
    } catch (error) {
      next(error instanceof Error ? error : new Error('The guard threw', { cause: error }))
      return
    }
    next()
  }

  function callerOf(request: IncomingMessage): Caller {
    const guarded = admitted.get(request)
    if (guarded === undefined) {
      throw new RoutekeyError(
        'ERR_REQUEST_UNGUARDED',
        'callerOf() got a request that this guard has not accepted. Put the guard before the handler.',
      )
    }
    return guarded.caller
  }

  return Object.assign(guard, { callerOf })
}
