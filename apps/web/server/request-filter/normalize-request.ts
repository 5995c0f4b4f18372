import type { IncomingMessage } from 'node:http'

/**
 * Gives the framework one form of what can be sent in several.
 *
 * - It joins repeated `Authorization` headers with a comma, as RFC 9110, section 5.3, joins fields and as Node joins `x-api-key`.
 *   By itself, `node:http` keeps the first and drops the others, so a guard could not detect two keys and respond 400.
 * - It keeps the first host and protocol that a chain of proxies lists, the visitor's.
 * - It turns an absolute target (RFC 9112, section 3.2.2) into a path.
 * - It removes the headers with which the framework's own parts talk to each other.
 * - It removes conditions and ranges, which a server may ignore (RFC 9110, sections 13.1 and 14.2). Only the framework's files evaluate
 *   them, and it responds 500 where 412 or 416 is due. A copy that is still fresh remains a 304.
 */
export function normalizeRequest(request: IncomingMessage): void {
  const { headers, rawHeaders } = request
  const authorization = rawHeaders.filter(
    (_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === 'authorization',
  )
  if (authorization.length > 1) headers.authorization = authorization.join(', ')

  keepFirst(headers, 'x-forwarded-host')
  keepFirst(headers, 'x-forwarded-proto')
  if (!/^https?$/.test(String(headers['x-forwarded-proto'] ?? 'http'))) delete headers['x-forwarded-proto']

  const absolute = /^https?:\/\/[^/?]*(.*)$/is.exec(request.url ?? '')
  if (absolute !== null) request.url = absolute[1]?.startsWith('/') ? absolute[1] : `/${absolute[1] ?? ''}`

  // Only a request that reads is a prefetch, for which the proxy does not run.
  if (request.method !== 'GET' && request.method !== 'HEAD') delete headers['next-router-prefetch']

  // Next.js answers `{}` to a prefetch of its middleware, on every route.
  for (const name of Object.keys(headers)) if (name.startsWith('x-middleware-')) delete headers[name]
  for (const name of ['if-match', 'if-unmodified-since', 'if-range', 'range']) delete headers[name]
}

function keepFirst(headers: IncomingMessage['headers'], name: string): void {
  const value = headers[name]
  const [first = ''] = (Array.isArray(value) ? value.join(',') : (value ?? '')).split(',')
  if (first.trim() === '') delete headers[name]
  else headers[name] = first.trim()
}
