import type { ServerResponse } from 'node:http'
import { type AuthenticateOptions, authenticate } from '../../guard/authenticate.ts'
import { denialResponse } from '../../guard/denial-response.ts'
import type { Verifier } from '../../guard/verifier.ts'
import { pinHeaders } from './pin-headers.ts'
import { type NodeRequest, toRequest } from './to-request.ts'

/** What a guarded handler gets beside request and response. */
export interface GuardContext<Caller> {
  /** Who was let in. */
  readonly caller: Caller
}

async function send(response: Response, outgoing: ServerResponse): Promise<void> {
  outgoing.statusCode = response.status
  for (const [name, value] of response.headers) outgoing.setHeader(name, value)
  outgoing.end(await response.text())
}

/**
 * Asks a verifier about a request of `node:http`, and answers it when it is refused.
 *
 * @returns null when there is nothing left to do: the request was answered, or its sender is gone.
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
    // Whoever hangs up while the verifier reads the body would otherwise end a server that lets rejections end it.
    if (incoming.destroyed && !incoming.complete) return null
    throw error
  }
}
