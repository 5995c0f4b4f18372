import type { IncomingMessage } from 'node:http'
import { createBodyReader } from './body-reader.ts'
import { noteSocketIp } from './socket-ip.ts'

/** What `node:http` hands to a handler, with what Express and body parsers may have put on it. */
export interface NodeRequest extends IncomingMessage {
  /** The address before Express took a mount path off it. */
  readonly originalUrl?: string
  /** The body as a parser left it; text and bytes can still be verified. */
  readonly body?: unknown
}

const plainHost = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d+)?$/i
const bodilessMethods = new Set(['GET', 'HEAD'])
// Fetch refuses to make a request of these methods; a server gets them all the same.
const fetchForbiddenMethods = new Set(['CONNECT', 'TRACE', 'TRACK'])

function addressOf(incoming: NodeRequest): string {
  const scheme = 'encrypted' in incoming.socket && incoming.socket.encrypted === true ? 'https' : 'http'
  // The client chooses the host: one that is more than a host would change what the rest of the address means.
  const { host = '' } = incoming.headers
  const named = `${scheme}://${host}`
  const origin = plainHost.test(host) && URL.canParse(named) ? named : `${scheme}://localhost`
  const target = incoming.originalUrl ?? incoming.url ?? '/'
  if (target.startsWith('/')) return origin + target
  // RFC 9112 §3.2: the absolute form comes from clients that take the server for a proxy; `*` has no path at all.
  if (!URL.canParse(target)) return `${origin}/${target}`
  const { pathname, search } = new URL(target)
  return origin + pathname + search
}

/** The values of a header line by line, as they came. */
function rawValues({ rawHeaders }: NodeRequest, lowerCaseName: string): readonly string[] {
  return rawHeaders.filter((_text, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === lowerCaseName)
}

function headersOf(incoming: NodeRequest): Headers {
  const headers = new Headers()
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (name.startsWith(':') || value === undefined) continue
    for (const line of Array.isArray(value) ? value : [value]) headers.append(name, line)
  }
  // Node keeps the first `Authorization` and drops the others, and another server on the way may have read the last one.
  if (headers.has('authorization')) {
    for (const line of rawValues(incoming, 'authorization').slice(1)) headers.append('authorization', line)
  }
  return headers
}

/** A request of `node:http` as the standard `Request` that verifiers know. */
export interface ConvertedRequest {
  readonly request: Request
  /** Makes the body readable again if the verifier read any of it. */
  readonly restoreBody: () => Promise<void>
}

/** Converts a request of `node:http`. The body stays unread until the verifier asks for it. */
export function toRequest(incoming: NodeRequest): ConvertedRequest {
  const method = incoming.method ?? 'GET'
  const reader = createBodyReader(incoming)

  function bodyOf(): ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer> | string | null {
    if (bodilessMethods.has(method)) return null
    const { body } = incoming
    if (typeof body === 'string') return body
    if (body instanceof Uint8Array) return new Uint8Array(body)
    // Without a mark of 0 the stream would read ahead, and take the body from a handler whose verifier never asked for it.
    return new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          const chunk = await reader.read()
          if (chunk === null) controller.close()
          else controller.enqueue(new Uint8Array(chunk))
        },
      },
      { highWaterMark: 0 },
    )
  }

  const isForbidden = fetchForbiddenMethods.has(method)
  const request = new Request(addressOf(incoming), {
    method: isForbidden ? 'POST' : method,
    headers: headersOf(incoming),
    body: bodyOf(),
    duplex: 'half',
  })
  if (isForbidden) Object.defineProperty(request, 'method', { value: method })
  noteSocketIp(request, incoming)
  return { request, restoreBody: reader.restore }
}
