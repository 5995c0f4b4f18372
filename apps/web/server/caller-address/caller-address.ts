import 'server-only'
import { forwardedIp } from 'routekey/forwarded-ip'
import { proxyEnv, type ProxyEnv } from './caller-env.ts'
import { socketAddressHeader } from './socket-address-header.ts'

/**
 * Returns the address from which a request was sent, for throttles; null if the host does not tell. To count it, use `addressGroup` of
 * `routekey/forwarded-ip`.
 *
 * Without a trusted proxy it is the other end of the connection. With one, it is the address that the outermost trusted proxy wrote,
 * counted from the right, because a caller can write anything further left. If there is none, the request did not pass the proxies, and
 * the address is again the other end of the connection.
 *
 * @param headers of a request that came through the server, or those of `next/headers`
 */
export function callerAddress(headers: Headers, { proxies, header }: ProxyEnv = proxyEnv()): string | null {
  const forwarded = proxies === 0 ? null : forwardedIp({ proxies, header })({ headers })
  return forwarded ?? headers.get(socketAddressHeader)
}
