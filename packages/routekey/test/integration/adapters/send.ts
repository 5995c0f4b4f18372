import { once } from 'node:events'
import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'

/** A request as it is sent: with exactly these header lines, also repeated ones. */
export interface WireRequest {
  readonly method?: string
  readonly path: string
  readonly headers?: readonly (readonly [name: string, value: string])[]
  readonly body?: string
}

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
  // Node sends a flat list as it is, but would join repeated headers of an object.
  const lines = ['host', host, 'connection', 'close', ...framing, ...headers.flat()]
  const outgoing = request({ hostname, port, method, path, headers: lines, agent: false })
  outgoing.end(body)
  const [incoming]: IncomingMessage[] = await once(outgoing, 'response')
  if (incoming === undefined) throw new Error('There was no response')
  return { status: incoming.statusCode ?? 0, headers: incoming.headers, body: await text(incoming) }
}
