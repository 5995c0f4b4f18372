import { subscribe } from 'node:diagnostics_channel'
import type { IncomingMessage } from 'node:http'
import { log } from '../log.ts'
import { proxyEnv } from './caller-env.ts'
import { socketAddressHeader } from './socket-address-header.ts'

/**
 * Sets `socketAddressHeader` of every request to the servers of this process, and replaces what a caller sent in it. Call it once,
 * when the process starts.
 *
 * @throws `ERR_ENV_INVALID` if the proxies are not configured correctly
 */
export function noteSocketAddresses(): void {
  const { proxies, header } = proxyEnv()
  let isProxySeen = proxies > 0
  subscribe('http.server.request.start', (message) => {
    if (!hasRequest(message)) return
    const { headers, socket } = message.request
    const { remoteAddress } = socket
    if (remoteAddress === undefined) delete headers[socketAddressHeader]
    else headers[socketAddressHeader] = remoteAddress
    // Behind a proxy that is not trusted, all callers have the address of the proxy, and share one count.
    if (isProxySeen || headers[header] === undefined) return
    isProxySeen = true
    log('warn', 'caller_address.header_ignored', { header, remedy: 'Behind a proxy, set TRUSTED_PROXIES.' })
  })
}

function hasRequest(message: unknown): message is { request: IncomingMessage } {
  return typeof message === 'object' && message !== null && 'request' in message
}
