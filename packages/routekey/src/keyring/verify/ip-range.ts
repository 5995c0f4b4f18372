/** An IPv4 or IPv6 address as a number of 128 bits. IPv4 is in its IPv6 form (RFC 4291 §2.5.5.2). */
export type IpAddress = bigint

/** All addresses that share their first bits. */
export interface IpRange {
  readonly first: IpAddress
  /** How many bits can differ. */
  readonly hostBits: bigint
}

// No leading zeros: some parsers read `010` as 8, and would accept another address.
const decimal = /^(?:0|[1-9][0-9]{0,2})$/
const cidr = /^([^/]+)(?:\/(0|[1-9][0-9]{0,2}))?$/
const group = /^[0-9A-Fa-f]{1,4}$/

const ipv4Prefix = 0xffffn

export const isIpv4 = (ip: IpAddress) => ip >> 32n === ipv4Prefix

function parseIpv4(text: string): number | null {
  const octets = text.split('.')
  if (octets.length !== 4 || !octets.every((octet) => decimal.test(octet) && Number(octet) < 256)) return null
  return octets.reduce((value, octet) => value * 256 + Number(octet), 0)
}

const toHex = (groups: readonly string[]) => groups.map((part) => part.padStart(4, '0')).join('')

/**
 * Parses an IPv4 or IPv6 address.
 *
 * @returns `null` for anything else: a port, a zone, brackets, leading zeros, short forms such as `127.1`.
 */
export function parseIp(text: string): IpAddress | null {
  if (text.length > 45) return null
  const lastColon = text.lastIndexOf(':')
  const ipv4 = parseIpv4(text.slice(lastColon + 1))
  if (lastColon < 0) return ipv4 === null ? null : (ipv4Prefix << 32n) | BigInt(ipv4)
  // RFC 4291 §2.2: the last 32 bits may be written as IPv4. They are added at the end.
  const halves = (ipv4 === null ? text : `${text.slice(0, lastColon)}:0:0`).split('::')
  const [head = [], tail = []] = halves.map((half) => (half === '' ? [] : half.split(':')))
  const missing = 8 - head.length - tail.length
  // RFC 5952 §4.2.2 writes a single zero group out, but parsers must accept both.
  if (halves.length > 2 || (halves.length === 2 ? missing < 1 : missing !== 0)) return null
  if (![...head, ...tail].every((part) => group.test(part))) return null
  const [start, end] = [toHex(head), toHex(tail)]
  return BigInt(`0x${start}${end.padStart(32 - start.length, '0')}`) + BigInt(ipv4 ?? 0)
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
