import type { IncomingMessage } from 'node:http'
import { StripeErrorReply } from '../stripe-error-reply.ts'

const maxBytes = 1024 * 1024

/**
 * Reads a request's body.
 *
 * @returns null when the client disconnects before the body is complete
 * @throws StripeErrorReply 413 for more than 1 MB
 */
export async function readBody(incoming: IncomingMessage): Promise<string | null> {
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    // Not destroyed, so that an error can still be sent on the same connection.
    for await (const chunk of incoming.iterator({ destroyOnReturn: false })) {
      if (!(chunk instanceof Uint8Array)) throw new TypeError('The body was already being decoded.')
      size += chunk.length
      if (size > maxBytes) throw new StripeErrorReply('The request is larger than 1 MB.', { status: 413 })
      chunks.push(chunk)
    }
  } catch (error) {
    if (incoming.destroyed && !incoming.complete) return null
    throw error
  }
  return Buffer.concat(chunks).toString()
}
