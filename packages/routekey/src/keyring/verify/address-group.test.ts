import { expect, it } from 'vitest'

import { addressGroup } from './forwarded-ip.ts'

it.each([
  ['192.0.2.1', 'c0000201/32'],
  ['::ffff:192.0.2.1', 'c0000201/32'],
  ['2001:db8:0:1::1', '20010db800000001/64'],
  ['2001:0DB8:0:1:ffff:ffff:ffff:ffff', '20010db800000001/64'],
  ['::1', '0/64'],
  ['fe80::1%eth0', 'fe80::1%eth0'],
  ['', ''],
  ['x'.repeat(1000), 'x'.repeat(64)],
])('names the group of %s', (address, group) => {
  expect(addressGroup(address)).toBe(group)
})

it.each([
  ['2001:db8:1:2::3', '20010db80001/48'],
  ['192.0.2.1', 'c0000201/32'],
])('names the site of %s', (address, site) => {
  expect(addressGroup(address, 48)).toBe(site)
})
