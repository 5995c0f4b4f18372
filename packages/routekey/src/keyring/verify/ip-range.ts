/** An IPv4 or IPv6 address as a number. IPv4 in its IPv6 form (RFC 4291 §2.5.5.2) counts as IPv4. */
export interface IpAddress {
  readonly bits: 32 | 128
  readonly value: bigint
}

/** All addresses that share their first bits. */
export interface IpRange extends IpAddress {
  readonly prefixLength: number
}

const mappedPrefix = 0xffffn

// No leading zeros: some parsers read `010` as 8, and would accept another address.
const octet = /^(?:0|[1-9][0-9]{0,2})$/
const group = /^[0-9A-Fa-f]{1,4}$/

function parseIpv4(text: string): bigint | null {
  const parts = text.split('.')
  if (parts.length !== 4) return null
  let value = 0n
  for (const part of parts) {
    if (!octet.test(part) || Number(part) > 255) return null
    value = (value << 8n) | BigInt(part)
  }
  return value
}

function parseGroups(text: string): readonly bigint[] | null {
  if (text === '') return []
  const groups: bigint[] = []
  const parts = text.split(':')
  for (const [index, part] of parts.entries()) {
    if (group.test(part)) groups.push(BigInt(`0x${part}`))
    else {
      // RFC 4291 §2.2: the last 32 bits may be written as IPv4.
      const ipv4 = index === parts.length - 1 ? parseIpv4(part) : null
      if (ipv4 === null) return null
      groups.push(ipv4 >> 16n, ipv4 & 0xffffn)
    }
  }
  return groups
}

function parseIpv6(text: string): bigint | null {
  const halves = text.split('::')
  if (halves.length > 2) return null
  const [head, tail] = [parseGroups(halves[0] ?? ''), parseGroups(halves[1] ?? '')]
  if (head === null || tail === null) return null
  const missing = 8 - head.length - tail.length
  // RFC 5952 §4.2.2 writes a single zero group out, but parsers must accept both.
  if (halves.length === 2 ? missing < 1 : missing !== 0) return null
  const groups = [...head, ...Array.from({ length: missing }, () => 0n), ...tail]
  return groups.reduce((value, next) => (value << 16n) | next, 0n)
}

/**
 * Parses an IPv4 or IPv6 address.
 *
 * @returns `null` for anything else: a port, a zone, brackets, leading zeros, short forms such as `127.1`.
 */
export function parseIp(text: string): IpAddress | null {
  if (text.length > 45) return null
  const ipv4 = parseIpv4(text)
  if (ipv4 !== null) return { bits: 32, value: ipv4 }
  if (!text.includes(':')) return null
  const ipv6 = parseIpv6(text)
  if (ipv6 === null) return null
  return ipv6 >> 32n === mappedPrefix ? { bits: 32, value: ipv6 & 0xffffffffn } : { bits: 128, value: ipv6 }
}

/**
 * Parses an address or a range in CIDR notation (RFC 4632 §3.1).
 *
 * @returns `null` for anything else, and for a range whose address has bits after the prefix: `10.0.0.1/8` is a mistake, and means
 * either one address or `10.0.0.0/8`.
 */
export function parseIpRange(text: string): IpRange | null {
  const [address = '', prefix, ...rest] = text.split('/')
  const ip = parseIp(address)
  if (ip === null || rest.length > 0) return null
  if (prefix === undefined) return { ...ip, prefixLength: ip.bits }
  if (!octet.test(prefix)) return null
  // The prefix of a range in mapped form counts the 96 bits before the IPv4 address.
  const prefixLength = Number(prefix) - (ip.bits === 32 && address.includes(':') ? 96 : 0)
  if (prefixLength < 0 || prefixLength > ip.bits) return null
  const hostBits = BigInt(ip.bits - prefixLength)
  return (ip.value >> hostBits) << hostBits === ip.value ? { ...ip, prefixLength } : null
}

/** Returns whether an address is in a range. An IPv6 range never contains an IPv4 address, not even `::/0`. */
function isInRange(ip: IpAddress, range: IpRange): boolean {
  const hostBits = BigInt(range.bits - range.prefixLength)
  return ip.bits === range.bits && ip.value >> hostBits === range.value >> hostBits
}

/** Returns whether an address is on a list of addresses and ranges. A malformed entry matches nothing. */
export function isListedIp(address: string, list: readonly string[]): boolean {
  const ip = parseIp(address)
  if (ip === null) return false
  return list.some((entry) => {
    const range = parseIpRange(entry)
    return range !== null && isInRange(ip, range)
  })
}
