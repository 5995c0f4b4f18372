import { RoutekeyError } from '../../errors.ts'
import { parseIp } from './ip-range.ts'

/** Options of {@link forwardedIp}. */
export interface ForwardedIpOptions {
  /**
   * How many proxies of your own stand between the internet and the application, each of which adds one address to the
   * header. 1 behind a single load balancer or on most hosts.
   */
  readonly proxies: number
  /** Default `x-forwarded-for`. */
  readonly header?: string
}

const withPort = /^(?:\[(?<ipv6>[^\]]+)\]|(?<ipv4>[0-9.]+))(?::[0-9]{1,5})?$/

/**
 * Finds the caller's address in a header that your own proxies write. It counts from the right: what stands further left was
 * sent by the caller, who can write anything there. Without a proxy that sets the header, do not use it at all.
 *
 * @returns A function for the `callerIp` option of `createKeyring`; it gives null where the header is too short or unreadable.
 * @throws `ERR_CONFIG_KEYRING` unless `proxies` is a whole number from 1.
 * @example
 * import { createKeyring } from 'routekey'
 * import { forwardedIp } from 'routekey/forwarded-ip'
 *
 * const keyring = createKeyring({ store, prefix: 'acme', callerIp: forwardedIp({ proxies: 1 }) })
 */
export function forwardedIp(options: ForwardedIpOptions): (request: Request) => string | null {
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
