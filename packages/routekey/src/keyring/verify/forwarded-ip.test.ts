import { describe, expect, it } from 'vitest'

import { createKeyring } from '../../index.ts'
import { createMemoryStore } from '../../stores/memory.ts'
import { forwardedIp } from './forwarded-ip.ts'

const read = (value: string | null, proxies = 1, header?: string) =>
  forwardedIp({ proxies, ...(header !== undefined && { header }) })(
    new Request('http://localhost/', value === null ? {} : { headers: { [header ?? 'x-forwarded-for']: value } }),
  )

describe('forwardedIp', () => {
  it.each<[string | null, number, string | null]>([
    ['203.0.113.7', 1, '203.0.113.7'],
    ['198.51.100.1, 203.0.113.7', 1, '203.0.113.7'],
    ['198.51.100.1, 203.0.113.7', 2, '198.51.100.1'],
    ['198.51.100.1, 203.0.113.7', 3, null],
    ['203.0.113.7:4711', 1, '203.0.113.7'],
    ['[2001:db8::1]:4711', 1, '2001:db8::1'],
    ['[2001:db8::1]', 1, '2001:db8::1'],
    ['2001:db8::1', 1, '2001:db8::1'],
    ['unknown', 1, null],
    ['203.0.113.7,', 1, null],
    ['', 1, null],
    [null, 1, null],
  ])('reads %j behind %d proxies as %j', (value, proxies, address) => {
    expect(read(value, proxies)).toBe(address)
  })

  it('reads the header that the option names', () => {
    expect(read('203.0.113.7', 1, 'x-real-ip')).toBe('203.0.113.7')
  })

  it.each([0, -1, 1.5, Number.NaN])('rejects %d proxies', (proxies) => {
    expect(() => forwardedIp({ proxies })).toThrow('ERR_CONFIG_KEYRING')
  })

  it('makes a keyring ignore a forged address on the left', async () => {
    const keyring = createKeyring({ store: createMemoryStore(), prefix: 'acme', callerIp: forwardedIp({ proxies: 1 }) })
    const { key } = await keyring.create({ owner: 'ada', name: 'CI', allowedIps: ['203.0.113.7'] })
    const from = async (value: string) => {
      const request = new Request('http://localhost/', { headers: { 'x-forwarded-for': value } })
      return (await keyring.verifier().verify({ request, credential: { kind: 'key', key, source: 'x-api-key' } })).ok
    }
    expect(await from('10.0.0.1, 203.0.113.7')).toBe(true)
    expect(await from('203.0.113.7, 10.0.0.1')).toBe(false)
  })
})
