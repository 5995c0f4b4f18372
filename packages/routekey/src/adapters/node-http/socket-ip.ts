import type { NodeRequestLike } from './node-types.ts'

const addresses = new WeakMap<Request, string>()

/** Remembers the socket's address for a standard `Request`, which has no place for it. */
export function noteSocketIp(request: Request, { socket }: NodeRequestLike): void {
  if (socket?.remoteAddress !== undefined) addresses.set(request, socket.remoteAddress)
}
/**
 * Returns the address at the other end of the connection, for the `callerIp` option of `createKeyring`. Behind a proxy it is the
 * proxy's address: use `forwardedIp` of `routekey/forwarded-ip` there.
 *
 * @returns null for a request that did not come through a guard of `routekey/node` or `routekey/next-pages`
 * @example
 * import { createKeyring } from 'routekey'
 * import { socketIp } from 'routekey/node'
 *
 * const keyring = createKeyring({ store, prefix: 'acme', callerIp: socketIp })
 */
export function socketIp(request: Request): string | null {
  return addresses.get(request) ?? null
}
