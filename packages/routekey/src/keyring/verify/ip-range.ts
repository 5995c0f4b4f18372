/** An IPv4 or IPv6 address as a number of 128 bits. IPv4 is in its IPv6 form (RFC 4291 §2.5.5.2). */
export type IpAddress = bigint

/** All addresses that share their first bits. */
export interface IpRange {
  readonly first: IpAddress
  /** How many bits can differ. */
  readonly hostBits: bigint
}

const cidr = /^([^/]+)(?:\/(0|[1-9]\d*))?$/
// Nothing that could end the host of a URL. An IPv4 address has dots, so that it is not a group of an IPv6 address.
const ipv6 = /^[\da-f:.]+$/i
const ipv4 = /^\d+\./

const ipv4Prefix = 0xffffn

export const isIpv4 = (ip: IpAddress) => ip >> 32n === ipv4Prefix

/**
 * Parses an IPv4 or IPv6 address.
 *
 * @returns `null` for anything else: a port, a zone, brackets, leading zeros, short forms such as `127.1`.
 */
export function parseIp(text: string): IpAddress | null {
  if (text.length > 45) return null
  const address = ipv4.test(text) ? `::ffff:${text}` : text
  // The parser of IPv6 in the URL standard accepts RFC 4291 §2.2 and nothing else. It writes every address in hex, without IPv4.
  const url = `http://[${address}]`
  if (!ipv6.test(address) || !URL.canParse(url)) return null
  const host = new URL(url).hostname.slice(1, -1)
  const zeros = '0:'.repeat(8 - host.split(':').filter(Boolean).length)
  const groups = host.replace('::', `:${zeros}`).split(':').filter(Boolean)
  return BigInt(`0x${groups.map((group) => group.padStart(4, '0')).join('')}`)
}

/**
 * Parses an address or a range in CIDR notation (RFC 4632 §3.1).
 *
 * @returns `null` for anything else, and for a range whose address has bits after the prefix: `10.0.0.1/8` is a mistake, and means
 * either one address or `10.0.0.0/8`.
 */
export function parseIpRange(text: string): IpRange | null {
  const [, address = '', prefix] = cidr.exec(text) ?? []
  const first = parseIp(address)
  // The prefix of a range in mapped form counts the 96 bits before the IPv4 address.
  const bits = address.includes(':') ? 128 : 32
  const freeBits = bits - Number(prefix ?? bits)
  if (first === null || freeBits < 0) return null
  const hostBits = BigInt(freeBits)
  return (first >> hostBits) << hostBits === first ? { first, hostBits } : null
}

/** Returns whether an address is on a list of addresses and ranges. A malformed entry matches nothing. */
export function isListedIp(address: string, list: readonly string[]): boolean {
  const ip = parseIp(address)
  if (ip === null) return false
  return list.some((entry) => {
    const range = parseIpRange(entry)
    if (range === null) return false
    const { first, hostBits } = range
    // An IPv6 range never contains an IPv4 address, not even `::/0`.
    return isIpv4(ip) === isIpv4(first) && ip >> hostBits === first >> hostBits
  })
}
