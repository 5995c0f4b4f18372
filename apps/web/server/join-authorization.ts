import { subscribe } from 'node:diagnostics_channel'
import type { IncomingMessage } from 'node:http'

/**
 * Joins repeated `Authorization` headers with a comma, as RFC 9110, section 5.3, joins fields and as Node joins `x-api-key`.
 * By itself, `node:http` keeps the first and drops the others, so a guard could not detect two keys and respond 400.
 *
 * It applies to all servers of this process. Call it once, when the process starts.
 */
export function joinRepeatedAuthorization(): void {
  subscribe('http.server.request.start', (message) => {
    if (hasRequest(message)) join(message.request)
  })
}

function join({ headers, rawHeaders }: IncomingMessage): void {
  const values = rawHeaders.filter(
    (_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === 'authorization',
  )
  if (values.length > 1) headers.authorization = values.join(', ')
}

function hasRequest(message: unknown): message is { request: IncomingMessage } {
  return typeof message === 'object' && message !== null && 'request' in message
}
