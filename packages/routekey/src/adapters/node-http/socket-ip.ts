import type { IncomingMessage } from 'node:http'

const addresses = new WeakMap<Request, string>()

/** Notes from where a request of `node:http` came, before it is a standard `Request`, which does not tell. */
export function noteSocketIp(request: Request, { socket }: IncomingMessage): void {
  if (socket.remoteAddress !== undefined) addresses.set(request, socket.remoteAddress)
}

/**
 * Finds the address at the other end of the connection, for the `callerIp` option of `createKeyring`. It is the caller's where
 * no proxy stands between; where one does, it is the proxy's, and `forwardedIp` of `routekey/forwarded-ip` is right.
 *
 * @returns `null` for a request that did not come through a guard of `routekey/node` or `routekey/next-pages`.
 * @example
 * import { createKeyring } from 'routekey'
 * import { socketIp } from 'routekey/node'
 *
 * const keyring = createKeyring({ store, prefix: 'acme', callerIp: socketIp })
 */
export function socketIp(request: Request): string | null {
  return addresses.get(request) ?? null
}
