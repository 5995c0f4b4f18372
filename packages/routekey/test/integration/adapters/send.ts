import { once } from 'node:events'
import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'

/** A request as it goes over the wire: each header line as given, repeated ones included. */
export interface WireRequest {
  readonly method?: string
  readonly path: string
  readonly headers?: readonly (readonly [name: string, value: string])[]
  readonly body?: string
}

/** What came back. */
export interface WireResponse {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** Sends a request on a connection of its own. */
export async function send(
  origin: string,
  { method = 'POST', path, headers = [], body }: WireRequest,
): Promise<WireResponse> {
  const { hostname, port, host } = new URL(origin)
  const framing = body === undefined ? [] : ['content-length', String(Buffer.byteLength(body))]
  // A flat list is sent as it is; from an object, Node would join what comes twice.
  const lines = ['host', host, 'connection', 'close', ...framing, ...headers.flat()]
  const outgoing = request({ hostname, port, method, path, headers: lines, agent: false })
  outgoing.end(body)
  const [incoming]: IncomingMessage[] = await once(outgoing, 'response')
  if (incoming === undefined) throw new Error('There was no response')
  return { status: incoming.statusCode ?? 0, headers: incoming.headers, body: await text(incoming) }
}
