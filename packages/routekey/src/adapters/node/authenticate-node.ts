import { STATUS_CODES, type IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type AuthenticateOptions, type Authentication, authenticate } from '../../guard/authenticate.ts'
import type { Verifier } from '../../guard/verifier.ts'
import { toRequest } from '../node-http/to-request.ts'

const ignore = () => undefined

/**
 * Decides whether a request of `node:http` may pass, and leaves the response to you. It is for requests without a `ServerResponse`,
 * such as the upgrade to a WebSocket. A client that disconnects in the meantime causes no error. It rejects only if the verifier does.
 *
 * @example
 * import { denialResponse, envSecret } from 'routekey'
 * import { authenticateNode, refuseUpgrade } from 'routekey/node'
 *
 * const verifier = envSecret('API_ROUTE_SECRET')
 * server.on('upgrade', (request, socket, head) => {
 *   authenticateNode(request, verifier).then(
 *     (result) => {
 *       if (result.ok) sockets.handleUpgrade(request, socket, head, (opened) => sockets.emit('connection', opened, request))
 *       else void refuseUpgrade(socket, denialResponse(result.denial))
 *     },
 *     () => socket.destroy(),
 *   )
 * })
 */
export async function authenticateNode<Caller>(
  incoming: IncomingMessage,
  verifier: Verifier<Caller>,
  options: AuthenticateOptions = {},
): Promise<Authentication<Caller>> {
  const { socket } = incoming
  // The socket of an upgrade has no listener, and an error without one ends the process. It stays, because the handshake comes later.
  if (socket.listenerCount('error') === 0) socket.on('error', ignore)
  const { request, restoreBody } = toRequest(incoming)
  const result = await authenticate(request, verifier, options)
  if (result.ok) await restoreBody()
  return result
}

/** Responds to an upgrade that is refused, and closes the connection. Never rejects. */
export async function refuseUpgrade(socket: Duplex, response: Response): Promise<void> {
  socket.on('error', ignore)
  try {
    const body = Buffer.from(await response.arrayBuffer())
    const { status } = response
    const headers = [...response.headers, ['connection', 'close'], ['content-length', String(body.length)]]
    const lines = [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`, ...headers.map((header) => header.join(': '))]
    socket.once('finish', () => socket.destroy())
    socket.end(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), body]))
  } catch {
    // The body of the response cannot be read.
    socket.destroy()
  }
}
