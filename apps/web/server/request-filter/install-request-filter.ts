import { type IncomingMessage, Server, ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { log } from '../log.ts'
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
 */
export function installRequestFilter(bounds: RequestBounds): void {
  // oxlint-disable-next-line typescript/unbound-method -- it is applied to the server below
  const { emit } = Server.prototype
  Server.prototype.emit = function emitFiltered(this: Server, event: string | symbol, ...args: unknown[]): boolean {
    const [request, target] = args
    return requestEvents.has(event) && isRequest(request) && isAnswered(request, target, bounds)
      ? true
      : Reflect.apply(emit, this, [event, ...args])
  }
}

function isAnswered(request: IncomingMessage, target: unknown, bounds: RequestBounds): boolean {
  normalizeRequest(request)
  if (request.method === 'OPTIONS' && request.url === '*' && isResponse(target)) {
    target.writeHead(204, { allow: methods.join(', ') }).end()
    return true
  }
  const refusal = checkRequest(request, bounds)
  if (refusal === null) return false
  log('warn', 'request.refused', { method: request.method, path: readPath(request), ...withoutDetail(refusal) })
  if (isResponse(target)) refuse(target, refusal, request.headers['x-forwarded-proto'] === 'https')
  else if (isSocket(target))
    target.end(`HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}\r\nconnection: close\r\n\r\n`)
  return true
}

function refuse(response: ServerResponse, { status, detail }: RequestRefusal, isHttps: boolean): void {
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
    ...(status === 405 && { allow: methods.join(', ') }),
  })
  response.end(JSON.stringify({ type: 'about:blank', title, status, detail }))
}

/** Enough of the path to recognise it, and never the query, which may contain a key. */
function readPath({ url = '' }: IncomingMessage): string {
  return (url.split('?', 1)[0] ?? '').slice(0, 200)
}

function withoutDetail({ status, code }: RequestRefusal): { status: number; code: string } {
  return { status, code }
}

function isRequest(value: unknown): value is IncomingMessage {
  return typeof value === 'object' && value !== null && 'rawHeaders' in value && 'url' in value
}

function isResponse(value: unknown): value is ServerResponse {
  return value instanceof ServerResponse
}

function isSocket(value: unknown): value is Duplex {
  return typeof value === 'object' && value !== null && 'write' in value && 'destroy' in value
}
