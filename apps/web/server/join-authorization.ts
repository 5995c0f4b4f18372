import { subscribe } from 'node:diagnostics_channel'
import type { IncomingMessage } from 'node:http'

/**
 * Makes a repeated `Authorization` line visible: `node:http` keeps the first and drops the others, so that a guard could not
 * tell that a key came twice. They are joined with a comma, as RFC 9110, section 5.3, joins repeated fields and as Node
 * joins `x-api-key`; the guard then answers 400.
 *
 * For each server of this process; call it once, when the process starts.
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
