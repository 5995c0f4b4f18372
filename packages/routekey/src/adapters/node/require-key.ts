import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AuthenticateOptions } from '../../guard/authenticate.ts'
import { RoutekeyError } from '../../errors.ts'
import { guardRequest } from '../node-http/guard-request.ts'
import type { Verifier } from '../../guard/verifier.ts'

/** A guard for Express, Connect and hooks of Fastify, which also returns the caller of an accepted request. */
export interface KeyMiddleware<Caller> {
  (request: IncomingMessage, response: ServerResponse, next: (error?: Error) => void): Promise<void>
  /**
   * Returns the caller of a request that this guard has accepted.
   *
   * @throws `ERR_REQUEST_UNGUARDED` for any other request, such as one of a route without the guard
   */
  callerOf(request: IncomingMessage): Caller
}

/**
 * Creates a guard for several routes. Later middleware and handlers run only if the verifier accepts the request.
 *
 * It guards every method. Put CORS before it, because a preflight request carries no key. If the verifier reads the body, put the
 * guard before body parsers.
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
  // Not a property of the request: no other middleware can set a caller, and the type needs no declaration merging.
  const accepted = new WeakMap<IncomingMessage, { readonly caller: Caller }>()

  async function guard(
    request: IncomingMessage,
    response: ServerResponse,
    next: (error?: Error) => void,
  ): Promise<void> {
    try {
      const context = await guardRequest(request, response, verifier, options)
      if (context === null) return
      accepted.set(request, context)
    } catch (error) {
      next(error instanceof Error ? error : new Error('The guard threw', { cause: error }))
      return
    }
    next()
  }

  function callerOf(request: IncomingMessage): Caller {
    const guarded = accepted.get(request)
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
