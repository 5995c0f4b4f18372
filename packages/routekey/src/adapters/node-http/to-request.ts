import { noteOrigin } from '../../guard/one-request.ts'
import type { NodeRequestLike } from './node-types.ts'
import { createRestorableBody } from './restorable-body.ts'
import { noteSocketIp } from './socket-ip.ts'

const plainHost = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d+)?$/i
const bodilessMethods = new Set(['GET', 'HEAD'])
// Fetch does not allow a `Request` with these methods, but a server can receive them.
const fetchForbiddenMethods = new Set(['CONNECT', 'TRACE', 'TRACK'])

function addressOf(incoming: NodeRequestLike): string {
  const scheme = incoming.socket?.encrypted === true ? 'https' : 'http'
  // The client chooses the host. One with a slash, for example, would change the meaning of the rest of the URL.
  const host = String(incoming.headers.host ?? incoming.headers[':authority'] ?? '')
  const named = `${scheme}://${host}`
  const origin = plainHost.test(host) && URL.canParse(named) ? named : `${scheme}://localhost`
  const target = incoming.originalUrl ?? incoming.url ?? '/'
  if (target.startsWith('/')) return origin + target
  // RFC 9112 §3.2: clients that take the server for a proxy send the absolute form. `*` has no path.
  if (!URL.canParse(target)) return `${origin}/${target}`
  const { pathname, search } = new URL(target)
  return origin + pathname + search
}

/** Returns the values of a header, one for each line that was sent. */
function rawValues({ rawHeaders = [] }: NodeRequestLike, lowerCaseName: string): readonly string[] {
  return rawHeaders.filter((_text, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === lowerCaseName)
}

function headersOf(incoming: NodeRequestLike): Headers {
  const headers = new Headers()
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (name.startsWith(':') || value === undefined) continue
    for (const line of Array.isArray(value) ? value : [value]) headers.append(name, line)
  }
  // Node keeps the first of these and drops the others, but a proxy may have used the last one.
  for (const name of ['authorization', 'proxy-authorization']) {
    if (!headers.has(name)) continue
    for (const line of rawValues(incoming, name).slice(1)) headers.append(name, line)
  }
  return headers
}

export interface ConvertedRequest {
  readonly request: Request
  /** Makes the body readable again if the verifier has read any of it. */
  readonly restoreBody: () => Promise<void>
}

/**
 * Converts a request of `node:http` to a standard `Request`. It reads the body only when the verifier does.
 *
 * @param incoming The request.
 * @param kept Where else a framework keeps the body, if not on the request.
 */
export function toRequest(
  incoming: NodeRequestLike,
  kept: Pick<NodeRequestLike, 'body' | 'rawBody'> = incoming,
): ConvertedRequest {
  const { method = 'GET' } = incoming
  const restorable = createRestorableBody(incoming)

  function bodyOf(): ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer> | string | null {
    if (bodilessMethods.has(method.toUpperCase())) return null
    for (const body of [kept.rawBody, kept.body]) {
      if (typeof body === 'string') return body
      if (body instanceof Uint8Array) return new Uint8Array(body)
    }
    // With a mark above 0 the stream would read ahead, and take the body from the handler although no verifier asked for it.
    return new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          const chunk = await restorable.read()
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
  noteOrigin(request, incoming)
  noteSocketIp(request, incoming)
  return { request, restoreBody: restorable.restore }
}
