/** The 128 bits of an IPv4 or IPv6 address, as text. IPv4 is in its IPv6 form (RFC 4291 §2.5.5.2). */
export type IpBits = string

const cidr = /^([^/]+)(?:\/(0|[1-9]\d*))?$/
// Nothing that could end the host of a URL. An IPv4 address has dots, so that it is not a group of an IPv6 address.
const ipv6 = /^[\da-f:.]+$/i
const ipv4 = /^\d+\./

const ipv4Prefix = '1'.repeat(16).padStart(96, '0')

export const isIpv4 = (ip: IpBits) => ip.startsWith(ipv4Prefix)

const readGroups = (groups: string) =>
  groups.replaceAll(/[^:]+:?/g, (group) => parseInt(group, 16).toString(2).padStart(16, '0'))

/**
 * Parses an IPv4 or IPv6 address.
 *
 * @returns `null` for anything else: a port, a zone, brackets, leading zeros, short forms such as `127.1`.
 */
export function parseIp(text: string): IpBits | null {
  if (text.length > 45) return null
  const address = ipv4.test(text) ? `::ffff:${text}` : text
  // The parser of IPv6 in the URL standard accepts RFC 4291 §2.2 and nothing else. It writes every address in hex, without IPv4.
  const url = `http://[${address}]`
  if (!ipv6.test(address) || !URL.canParse(url)) return null
  const [start = '', end = ''] = new URL(url).hostname.slice(1, -1).split('::').map(readGroups)
  return start.padEnd(128 - end.length, '0') + end
}

/**
 * Parses an address or a range in CIDR notation (RFC 4632 §3.1).
 *
 * @returns The bits that all of its addresses start with; `null` for anything else, and for a range whose address has bits after the
 * prefix: `10.0.0.1/8` is a mistake, and means either one address or `10.0.0.0/8`.
 */
export function parseIpRange(text: string): IpBits | null {
  const [, address = '', prefix] = cidr.exec(text) ?? []
  const ip = parseIp(address)
  // The prefix of a range in mapped form counts the 96 bits before the IPv4 address.
  const bits = address.includes(':') ? 128 : 32
  const length = 128 - bits + Number(prefix ?? bits)
  return ip === null || length > 128 || ip.includes('1', length) ? null : ip.slice(0, length)
}

/** Returns whether an address is on a list of addresses and ranges. A malformed entry matches nothing. */
export function isListedIp(address: string, list: readonly string[]): boolean {
  const ip = parseIp(address)
  if (ip === null) return false
  return list.some((entry) => {
    const range = parseIpRange(entry)
    // An IPv6 range never contains an IPv4 address, not even `::/0`.
    return range !== null && ip.startsWith(range) && isIpv4(ip) === isIpv4(range)
  })
}
