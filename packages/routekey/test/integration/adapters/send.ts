import { once } from 'node:events'
import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http'
import { connect as connectHttp2 } from 'node:http2'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'

/** A request as it is sent: with exactly these header lines, also repeated ones. */
export interface WireRequest {
  readonly method?: string
  readonly path: string
  readonly headers?: readonly (readonly [name: string, value: string])[]
  readonly body?: string
  /** Sends the body in these parts, without saying how long it is. */
  readonly chunks?: readonly string[]
}

export interface WireResponse {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** Sends a request on a connection of its own. */
export async function send(
  origin: string,
  { method = 'POST', path, headers = [], body, chunks }: WireRequest,
): Promise<WireResponse> {
  const { hostname, port, host } = new URL(origin)
  const length = body === undefined ? [] : ['content-length', String(Buffer.byteLength(body))]
  const framing = chunks === undefined ? length : ['transfer-encoding', 'chunked']
  // Node sends a flat list as it is, but would join repeated headers of an object.
  const lines = ['host', host, 'connection', 'close', ...framing, ...headers.flat()]
  const outgoing = request({ hostname, port, method, path, headers: lines, agent: false })
  for (const chunk of chunks ?? []) outgoing.write(chunk)
  outgoing.end(body)
  const [incoming]: IncomingMessage[] = await once(outgoing, 'response')
  if (incoming === undefined) throw new Error('There was no response')
  return { status: incoming.statusCode ?? 0, headers: incoming.headers, body: await text(incoming) }
}

/** Sends a request with HTTP/2, on a session of its own. */
export async function sendHttp2(
  origin: string,
  { method = 'POST', path, headers = [], body, chunks }: WireRequest,
): Promise<WireResponse> {
  // Node's types do not have this option yet. It lets a client send a second `Authorization`.
  const options: object = { strictSingleValueFields: false }
  const session = connectHttp2(origin, options)
  try {
    // A flat list, as in `send`.
    const lines = [':method', method, ':path', path, ':scheme', 'http', ':authority', new URL(origin).host]
    for (const [name, value] of headers) lines.push(name.toLowerCase(), value)
    const stream = session.request(lines, { endStream: false })
    for (const chunk of chunks ?? []) stream.write(chunk)
    stream.end(body)
    const [answered]: IncomingHttpHeaders[] = await once(stream, 'response')
    return { status: Number(answered?.[':status']), headers: answered ?? {}, body: await text(stream) }
  } finally {
    session.destroy()
  }
}

/** Sends the start of a request and another one, so that the server has seen the first, and disconnects. */
export async function sendPart(
  origin: string,
  next: WireRequest,
  { path, headers = [], body = '' }: WireRequest,
): Promise<void> {
  const { hostname, port, host } = new URL(origin)
  const socket = connect(Number(port), hostname)
  const lines = [
    `POST ${path} HTTP/1.1`,
    `Host: ${host}`,
    'Content-Length: 60000',
    ...headers.map((line) => line.join(': ')),
  ]
  await new Promise<void>((resolve) => {
    socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`, () => resolve())
  })
  await send(origin, next)
  socket.destroy()
}
