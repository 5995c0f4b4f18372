import { callerIn } from '../node-http/caller-in.ts'
import type { GuardOptions } from '../../guard/refuse.ts'
import { failRequest, toError } from '../node-http/fail-request.ts'
import { guardRequest } from '../node-http/guard-request.ts'
import type { NodeRequestLike, NodeResponseLike } from '../node-http/node-types.ts'
import type { Verifier } from '../../guard/verifier.ts'

/** A guard for Express and Connect, which also returns the caller of an accepted request. Its promise never rejects. */
export interface KeyMiddleware<Caller> {
  (request: NodeRequestLike, response: NodeResponseLike, next: (error?: Error) => void): Promise<void>
  /**
   * Returns the caller of a request that this guard has accepted.
   *
   * @throws `ERR_REQUEST_UNGUARDED` for any other request, such as one of a route without the guard
   */
  callerOf(request: NodeRequestLike): Caller
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
 */
export function requireKey<Caller>(verifier: Verifier<Caller>, options: GuardOptions = {}): KeyMiddleware<Caller> {
  // Not a property of the request: no other middleware can set a caller, and the type needs no declaration merging.
  const accepted = new WeakMap<NodeRequestLike, { readonly caller: Caller }>()

  async function guard(
    request: NodeRequestLike,
    response: NodeResponseLike,
    next: (error?: Error) => void,
  ): Promise<void> {
    let failure: Error | undefined
    try {
      const context = await guardRequest(request, response, verifier, options)
      if (context === null) return
      accepted.set(request, context)
    } catch (error) {
      failure = toError(error, 'The guard threw')
    }
    try {
      // Some frameworks count the arguments.
      if (failure === undefined) next()
      else next(failure)
    } catch (error) {
      failRequest(toError(error, 'next() threw'), request, response, options.logger)
    }
  }

  return Object.assign(guard, { callerOf: (request: NodeRequestLike) => callerIn(accepted, request) })
}
