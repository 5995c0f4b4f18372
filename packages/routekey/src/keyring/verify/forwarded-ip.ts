import { RoutekeyError } from '../../errors.ts'
import { parseIp } from './ip-range.ts'

export { addressGroup } from './address-group.ts'

/** Options of {@link forwardedIp}. */
export interface ForwardedIpOptions {
  /**
   * How many of your own proxies are between the internet and the application. Each adds one address to the header. 1 behind a single
   * load balancer, and on most hosts.
   */
  readonly proxies: number
  /** Default `x-forwarded-for`. */
  readonly header?: string
}

const withPort = /^(?:\[(?<ipv6>[^\]]+)\]|(?<ipv4>[0-9.]+))(?::[0-9]{1,5})?$/

/**
 * Finds the caller's address in a header that your own proxies write. It counts from the right, because the caller can write
 * anything further left. Do not use it without a proxy that sets the header.
 *
 * @returns A function for the `callerIp` option of `createKeyring`. It returns null if the header is too short or malformed.
 * @throws `ERR_CONFIG_KEYRING` unless `proxies` is a whole number from 1.
 * @example
 * import { createKeyring } from 'routekey'
 * import { forwardedIp } from 'routekey/forwarded-ip'
 *
 * const keyring = createKeyring({ store, prefix: 'acme', callerIp: forwardedIp({ proxies: 1 }) })
 */
export function forwardedIp(options: ForwardedIpOptions): (request: Pick<Request, 'headers'>) => string | null {
  const { proxies, header = 'x-forwarded-for' } = options
  if (!Number.isInteger(proxies) || proxies < 1) {
    throw new RoutekeyError('ERR_CONFIG_KEYRING', `proxies must be a whole number above 0, not ${proxies}.`)
  }
  return (request) => {
    const entry = request.headers.get(header)?.split(',').at(-proxies)?.trim() ?? ''
    const { ipv6, ipv4 } = withPort.exec(entry)?.groups ?? {}
    const address = ipv6 ?? ipv4 ?? entry
    return parseIp(address) === null ? null : address
  }
}
