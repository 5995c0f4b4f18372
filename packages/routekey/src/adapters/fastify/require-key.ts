import { authenticate } from '../../guard/authenticate.ts'
import type { GuardOptions } from '../../guard/refuse.ts'
import type { Verifier } from '../../guard/verifier.ts'
import { callerIn } from '../node-http/caller-in.ts'
import type { NodeRequestLike, NodeResponseLike } from '../node-http/node-types.ts'
import { pinHeaders } from '../node-http/pin-headers.ts'
import { readRefusal, setHeaders } from '../node-http/read-refusal.ts'
import { toRequest } from '../node-http/to-request.ts'

/** What the guard reads of a `FastifyRequest`. */
export interface FastifyRequestLike {
  readonly raw: NodeRequestLike
  readonly body?: unknown
  /** The bytes of the body, as `fastify-raw-body` keeps them. */
  readonly rawBody?: unknown
}

/** What the guard needs of a `FastifyReply`. */
export interface FastifyReplyLike {
  readonly raw: NodeResponseLike
  readonly sent: boolean
  code(status: number): unknown
  getHeader(name: string): string | number | readonly string[] | undefined
  header(name: string, value: unknown): unknown
  send(body: unknown): unknown
}

/** A guard for hooks of Fastify, which also returns the caller of an accepted request. */
export interface KeyHook<Caller> {
  (request: FastifyRequestLike, reply: FastifyReplyLike): Promise<unknown>
  /**
   * Returns the caller of a request that this guard has accepted.
   *
   * @throws `ERR_REQUEST_UNGUARDED` for any other request, such as one of a route without the guard
   */
  callerOf(request: FastifyRequestLike): Caller
}

/**
 * Creates a guard for Fastify. Use it as an `onRequest` hook, of a route or of a scope. A refusal goes through `reply`, so it has the
 * headers that plugins set before, such as CORS, and passes the `onSend` hooks. Errors of the verifier go to Fastify's error handler.
 *
 * It guards every method. Register CORS before it, because a preflight request carries no key. A verifier that needs the bytes of the
 * body, such as `envWebhook`, reads them in `onRequest`, and the route gets the parsed body as usual.
 *
 * @example
 * import fastify from 'fastify'
 * import { envSecret } from 'routekey'
 * import { requireKey } from 'routekey/fastify'
 *
 * const guard = requireKey(envSecret('API_ROUTE_SECRET'))
 * const app = fastify()
 * app.get('/whoami', { onRequest: guard }, (request) => guard.callerOf(request))
 */
export function requireKey<Caller>(verifier: Verifier<Caller>, options: GuardOptions = {}): KeyHook<Caller> {
  const accepted = new WeakMap<NodeRequestLike, { readonly caller: Caller }>()

  async function guard(incoming: FastifyRequestLike, reply: FastifyReplyLike): Promise<unknown> {
    const { request, restoreBody } = toRequest(incoming.raw, incoming)
    const result = await authenticate(request, verifier, options)
    if (result.ok) {
      await restoreBody()
      pinHeaders(reply.raw, result.headers)
      accepted.set(incoming.raw, result)
      return undefined
    }
    const { status, headers, body } = await readRefusal(result.denial, request, options)
    // Something else may have responded in the meantime, such as a timeout.
    if (reply.sent) return reply
    reply.code(status)
    setHeaders(
      headers,
      (name) => reply.getHeader(name),
      (name, value) => reply.header(name, value),
    )
    // Fastify adds a charset to the type of text.
    reply.send(Buffer.from(body))
    // Fastify waits for a hook that returns its reply.
    return reply
  }

  return Object.assign(guard, { callerOf: (request: FastifyRequestLike) => callerIn(accepted, request.raw) })
}
