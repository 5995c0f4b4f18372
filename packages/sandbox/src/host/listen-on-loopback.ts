import { once } from 'node:events'
import { createServer } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { isAddressInUse, loopbackAddress, portInUse, type PortRequest } from './ports.ts'

/** Answers one HTTP request. */
export type RequestHandler = (request: Request) => Response | Promise<Response>

/** An HTTP server on 127.0.0.1. */
export interface LoopbackServer {
  /** Without a slash at the end. */
  readonly url: string
  /** Sets the handler of requests. Until then the server answers 503. */
  readonly handle: (handler: RequestHandler) => void
  /** Cuts open connections too, so that the port is free immediately. */
  readonly close: () => Promise<void>
}

/**
 * Listens on 127.0.0.1 before there is a handler, so that parts of the sandbox can know each other's addresses.
 *
 * @throws `ERR_SANDBOX_PORT_IN_USE` when the port is taken
 */
export async function listenOnLoopback(request: PortRequest): Promise<LoopbackServer> {
  let handler: RequestHandler = answerNotReady
  const listener = getRequestListener((incoming) => handler(incoming), { overrideGlobalObjects: false })
  const server = createServer((incoming, outgoing) => void listener(incoming, outgoing))
  server.listen(request.port, loopbackAddress)
  try {
    await once(server, 'listening')
  } catch (cause) {
    throw isAddressInUse(cause) ? portInUse(request, { cause }) : cause
  }
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('The server has no TCP port.')
  return {
    url: `http://${loopbackAddress}:${address.port}`,
    handle: (next) => {
      handler = next
    },
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

function answerNotReady(): Response {
  return new Response('Starting', { status: 503, headers: { 'Retry-After': '1' } })
}
