import { isIpv4, parseIp } from './ip-range.ts'

/**
 * Names the group of addresses that one caller can use, for counting attempts: an IPv4 address by itself, and the 64-bit prefix of an
 * IPv6 address, which a customer gets as a whole. Text that is not an address is its own group.
 *
 * @param prefixBits For IPv6; 48 names the site, of which some customers get a whole one. Default 64.
 * @returns a name for a counter, not an address: the bits in hexadecimal, and how many there are
 * @example
 * import { addressGroup } from 'routekey/forwarded-ip'
 *
 * addressGroup('2001:db8::1') // '20010db800000000/64'
 */
export function addressGroup(address: string, prefixBits: 48 | 64 = 64): string {
  const ip = parseIp(address)
  if (ip === null) return address.slice(0, 64)
  const [start, bits] = isIpv4(ip) ? [96, 32] : [0, prefixBits]
  return `${BigInt(`0b${ip.slice(start, start + bits)}`).toString(16)}/${bits}`
}
