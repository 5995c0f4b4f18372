import { BlockList, isIP } from 'node:net'

import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { isIpv4, isListedIp, parseIp, parseIpRange } from './ip-range.ts'

describe('an address on a list', () => {
  it.each([
    ['10.1.2.3', '10.0.0.0/8'],
    ['10.1.2.3', '10.1.2.3'],
    ['10.1.2.3', '10.1.2.3/32'],
    ['10.1.2.3', '0.0.0.0/0'],
    ['::ffff:10.1.2.3', '10.0.0.0/8'],
    ['::ffff:a01:203', '10.0.0.0/8'],
    ['10.1.2.3', '::ffff:10.0.0.0/104'],
    ['10.1.2.3', '::ffff:0:0/96'],
    ['2001:db8::1', '2001:db8::/32'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['fe80::1', '::/0'],
    ['::1', '::1/128'],
  ])('%s is in %s', (address, range) => {
    expect(isListedIp(address, ['192.0.2.1', range])).toBe(true)
  })

  it.each([
    ['11.1.2.3', '10.0.0.0/8'],
    ['10.1.2.4', '10.1.2.3'],
    ['10.1.2.3', '::/0'],
    ['2001:db9::1', '2001:db8::/32'],
    ['::1', '127.0.0.1'],
    ['::10.1.2.3', '10.0.0.0/8'],
    ['::1', '0.0.0.0/0'],
    ['', '0.0.0.0/0'],
    ['10.1.2.3:80', '10.0.0.0/8'],
    ['10.1.2.3 ', '10.0.0.0/8'],
    ['010.1.2.3', '10.0.0.0/8'],
    ['0x0a.1.2.3', '10.0.0.0/8'],
    ['10.1', '10.0.0.0/8'],
    ['167837955', '10.0.0.0/8'],
    ['１0.1.2.3', '10.0.0.0/8'],
    ['fe80::1%eth0', '::/0'],
    ['[::1]', '::/0'],
    ['10.1.2.3', 'anything'],
  ])('%s is not in %s', (address, range) => {
    expect(isListedIp(address, ['192.0.2.1', range])).toBe(false)
  })

  it.each([
    '',
    '10.0.0.1/8',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/08',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '2001:db8::/129',
    '2001:db8::1/32',
    '::ffff:10.0.0.0/95',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7::8',
    ':1:2:3:4:5:6:7',
    '12345::',
    '10.0.0.0 /8',
  ])('"%s" is not a range', (text) => {
    expect(parseIpRange(text)).toBeNull()
  })

  it('accepts the addresses that Node.js accepts, except zones', () => {
    const text = fc.oneof(
      fc.ipV4(),
      fc.ipV6(),
      fc.string({ unit: fc.constantFrom('0', '1', '255', 'f', ':', '::', '.', '/'), maxLength: 12 }),
    )
    fc.assert(
      fc.property(text, (address) => {
        expect(parseIp(address) !== null).toBe(isIP(address) !== 0)
      }),
      { numRuns: 5000 },
    )
  })

  it('matches as BlockList of Node.js does', () => {
    const prefixed = fc.oneof(
      fc.tuple(fc.constant('ipv4' as const), fc.ipV4(), fc.nat(32)),
      fc.tuple(fc.constant('ipv6' as const), fc.ipV6(), fc.nat(128)),
    )
    fc.assert(
      fc.property(prefixed, fc.nat(), ([family, address, prefixLength], flip) => {
        const text = parseIp(address)!
        fc.pre(isIpv4(text) === (family === 'ipv4'))
        const ip = BigInt(`0b${text}`)
        const bits = isIpv4(text) ? 32 : 128
        const host = BigInt(bits - prefixLength)
        const network = format((ip >> host) << host, bits)
        const other = format(ip ^ (1n << BigInt(flip % bits)), bits)
        const list = new BlockList()
        list.addSubnet(network, prefixLength, family)
        for (const candidate of [address, other]) {
          fc.pre(isIpv4(parseIp(candidate)!) === isIpv4(text))
          expect(isListedIp(candidate, [`${network}/${prefixLength}`])).toBe(list.check(candidate, family))
        }
      }),
      { numRuns: 2000 },
    )
  })
})

function format(value: bigint, bits: 32 | 128): string {
  const [width, separator, radix] = bits === 32 ? [8n, '.', 10] : [16n, ':', 16]
  return Array.from({ length: Number(BigInt(bits) / width) }, (_, index) =>
    ((value >> (BigInt(bits) - width * BigInt(index + 1))) & ((1n << width) - 1n)).toString(radix),
  ).join(separator)
}
