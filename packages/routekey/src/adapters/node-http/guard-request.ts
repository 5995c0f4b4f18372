import type { ServerResponse } from 'node:http'
import { type AuthenticateOptions, authenticate } from '../../guard/authenticate.ts'
import { denialResponse } from '../../guard/denial-response.ts'
import type { Verifier } from '../../guard/verifier.ts'
import { pinHeaders } from './pin-headers.ts'
import { type NodeRequest, toRequest } from './to-request.ts'

/** The third argument of a guarded handler. */
export interface GuardContext<Caller> {
  /** The accepted caller. */
  readonly caller: Caller
}

async function send(response: Response, outgoing: ServerResponse): Promise<void> {
  outgoing.statusCode = response.status
  for (const [name, value] of response.headers) outgoing.setHeader(name, value)
  outgoing.end(await response.text())
}

/**
 * Verifies a request of `node:http`, and responds if it is refused.
 *
 * @returns null if nothing is left to do: the request was refused, or the client has disconnected
 */
export async function guardRequest<Caller>(
  incoming: NodeRequest,
  outgoing: ServerResponse,
  verifier: Verifier<Caller>,
  options: AuthenticateOptions,
): Promise<GuardContext<Caller> | null> {
  try {
    const { request, restoreBody } = toRequest(incoming)
    const result = await authenticate(request, verifier, options)
    if (!result.ok) {
      await send(denialResponse(result.denial), outgoing)
      return null
    }
    await restoreBody()
    pinHeaders(outgoing, result.headers)
    return { caller: result.caller }
  } catch (error) {
    // A client that disconnects while the verifier reads the body must not cause a rejection, which could end the process.
    if (incoming.destroyed && !incoming.complete) return null
    throw error
  }
}
