import { type IncomingMessage, Server, ServerResponse, STATUS_CODES } from 'node:http'
import { Socket } from 'node:net'
import { logRefusal } from '../refuse-request.ts'
import { checkRequest, methods, type RequestRefusal } from './check-request.ts'
import { normalizeRequest } from './normalize-request.ts'
import type { RequestBounds } from './request-bounds.ts'

/** The events with which a server passes a request on. */
const requestEvents = new Set<string | symbol>(['request', 'checkContinue', 'checkExpectation', 'upgrade'])

/**
 * Checks and normalizes every request to the HTTP servers of this process before their listeners see it. Next.js creates its server
 * before any code of the application runs, so this changes the class: the only place that sees a request before the framework.
 *
 * Call it once, when the process starts.
 *
 * @param options.upgrades whether connections may change to another protocol, which only `next dev` serves
 */
export function installRequestFilter(bounds: RequestBounds, { upgrades }: { upgrades: boolean }): void {
  // oxlint-disable-next-line typescript/unbound-method -- it is applied to the server below
  const { emit } = Server.prototype
  Server.prototype.emit = function emitFiltered(this: Server, event: string | symbol, ...args: unknown[]): boolean {
    const [request, target] = args
    const find = event === 'upgrade' && !upgrades ? refuseUpgrade : checkRequest
    return requestEvents.has(event) && isRequest(request) && isAnswered(request, target, (one) => find(one, bounds))
      ? true
      : Reflect.apply(emit, this, [event, ...args])
  }
}

const refuseUpgrade = (): RequestRefusal => ({
  status: 400,
  code: 'invalid_upgrade',
  detail: 'The protocol cannot be changed. Leave out the header Upgrade.',
})

function isAnswered(
  request: IncomingMessage,
  target: unknown,
  check: (request: IncomingMessage) => RequestRefusal | null,
): boolean {
  normalizeRequest(request)
  if (request.method === 'OPTIONS' && request.url === '*' && isResponse(target)) {
    target.writeHead(204, { allow: methods.join(', ') }).end()
    return true
  }
  const refusal = check(request)
  if (refusal === null) return false
  const { status, code } = refusal
  logRefusal({ method: request.method, path: readPath(request), status, code })
  if (isResponse(target)) refuse(target, refusal, request.headers['x-forwarded-proto'] === 'https')
  else if (target instanceof Socket) endSocket(target, status)
  return true
}

/** How long the other end may keep a connection open that has been answered, in milliseconds. */
const lingerMs = 5000

/** Answers on a connection that is no longer a server's, which handles neither its errors nor its end. */
function endSocket(socket: Socket, status: number): void {
  socket.on('error', () => socket.destroy())
  socket.setTimeout(lingerMs, () => socket.destroy())
  socket.resume()
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
}

function refuse(response: ServerResponse, { status, detail, allow }: RequestRefusal, isHttps: boolean): void {
  const title = STATUS_CODES[status]
  response.writeHead(status, {
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    // As in next.config.ts, which cannot import a file of the application.
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'cross-origin-opener-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
    ...(isHttps && { 'strict-transport-security': 'max-age=63072000; includeSubDomains' }),
    // The body is not read.
    connection: 'close',
    ...(allow !== undefined && { allow: allow.join(', ') }),
  })
  response.end(JSON.stringify({ type: 'about:blank', title, status, detail }))
}

/** Never the query, which may contain a key. */
function readPath({ url = '' }: IncomingMessage): string {
  return url.split('?', 1)[0] ?? ''
}

function isRequest(value: unknown): value is IncomingMessage {
  return typeof value === 'object' && value !== null && 'rawHeaders' in value && 'url' in value
}

function isResponse(value: unknown): value is ServerResponse {
  return value instanceof ServerResponse
}
