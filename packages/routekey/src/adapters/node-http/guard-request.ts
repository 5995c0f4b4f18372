import { authenticate } from '../../guard/authenticate.ts'
import type { GuardOptions } from '../../guard/refuse.ts'
import type { Verifier } from '../../guard/verifier.ts'
import type { NodeRequestLike, NodeResponseLike } from './node-types.ts'
import { pinHeaders } from './pin-headers.ts'
import { readRefusal, setHeaders } from './read-refusal.ts'
import { toRequest } from './to-request.ts'

/** The third argument of a guarded handler. */
export interface GuardContext<Caller> {
  /** The accepted caller. */
  readonly caller: Caller
}

/**
 * Verifies a request of `node:http`, and responds if it is refused.
 *
 * @returns null if nothing is left to do: the request was refused, or the client has disconnected
 */
export async function guardRequest<Caller>(
  incoming: NodeRequestLike,
  outgoing: NodeResponseLike,
  verifier: Verifier<Caller>,
  options: GuardOptions,
): Promise<GuardContext<Caller> | null> {
  try {
    const { request, restoreBody } = toRequest(incoming)
    const result = await authenticate(request, verifier, options)
    if (!result.ok) {
      const { status, headers, body } = await readRefusal(result.denial, request, options)
      // Something else may have responded in the meantime, such as a timeout.
      if (outgoing.headersSent) return null
      outgoing.statusCode = status
      setHeaders(
        headers,
        (name) => outgoing.getHeader(name),
        (name, value) => outgoing.setHeader(name, value),
      )
      outgoing.end(body)
      return null
    }
    await restoreBody()
    pinHeaders(outgoing, result.headers)
    return { caller: result.caller }
  } catch (error) {
    // A client that disconnects while the verifier reads the body is not a fault.
    if (incoming.aborted) return null
    throw error
  }
}
