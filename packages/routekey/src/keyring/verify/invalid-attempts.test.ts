import { describe, expect, it, vi } from 'vitest'

import { authenticate, denialResponse } from '../../index.ts'
import { callerIp, guess, invalid, request, setUp } from '../../../test/keyring-fixture.ts'
import { type InvalidAttemptsOptions, limitInvalidAttempts } from './invalid-attempts.ts'

const addresses = (site: number, count: number) =>
  Array.from({ length: count }, (_, index) => `10.${site}.${index >> 8}.${index & 255}`)

describe('the throttle for invalid attempts', () => {
  const options = { callerIp, invalidAttempts: limitInvalidAttempts({ quota: 3, windowSeconds: 60 }) }

  it('refuses an address after its quota until the window ends, without a read', async () => {
    const { keyring, make, calls, advance } = setUp(options)
    const { key } = await make()
    for (let time = 0; time < 3; time += 1) expect(await keyring.verify(guess(), { ip: '192.0.2.1' })).toEqual(invalid)
    calls.length = 0
    advance(20)
    const refused = { ok: false, denial: { status: 429, code: 'too_many_invalid', retryAfterSeconds: 40 } }
    expect(await keyring.verify(guess(), { ip: '192.0.2.1' })).toEqual(refused)
    expect(await keyring.verify(key, { ip: '192.0.2.1' })).toEqual(refused)
    expect(calls).toEqual([])
    expect((await keyring.verify(key, { ip: '192.0.2.2' })).ok).toBe(true)
    // Attempts during the refusal do not extend it.
    advance(40)
    expect((await keyring.verify(key, { ip: '192.0.2.1' })).ok).toBe(true)
  })

  it('counts malformed, revoked and unknown keys, but neither valid keys nor 403s', async () => {
    const { keyring, make } = setUp(options)
    const { key, record } = await make()
    for (let time = 0; time < 10; time += 1) {
      expect((await keyring.verify(key, { ip: '192.0.2.1' })).ok).toBe(true)
      expect((await keyring.verify(key, { ip: '192.0.2.1', scopes: ['x'] })).ok).toBe(false)
    }
    await keyring.revoke(record.id)
    await keyring.verify(key, { ip: '192.0.2.1' })
    await keyring.verify('x', { ip: '192.0.2.1' })
    await keyring.verify(guess(), { ip: '192.0.2.1' })
    expect(await keyring.verify(key, { ip: '192.0.2.1' })).toMatchObject({ denial: { code: 'too_many_invalid' } })
  })

  it('counts the 64-bit prefix of an IPv6 address', async () => {
    const { keyring } = setUp(options)
    for (const host of [':1', ':2', 'ffff:ffff:ffff:ffff']) {
      await keyring.verify(guess(), { ip: `2001:db8:0:1:${host}` })
    }
    expect(await keyring.verify(guess(), { ip: '2001:db8:0:1::99' })).toMatchObject({ denial: { status: 429 } })
    expect(await keyring.verify(guess(), { ip: '2001:db8:0:2::99' })).toEqual(invalid)
  })

  it('refuses a site of IPv6 that sends from many networks, after ten times the quota', async () => {
    const { keyring } = setUp(options)
    for (let network = 0; network < 30; network += 1) {
      const result = await keyring.verify(guess(), { ip: `2001:db8:1:${network.toString(16)}::1` })
      expect(result).toEqual(invalid)
    }
    expect(await keyring.verify(guess(), { ip: '2001:db8:1:ffff::1' })).toMatchObject({ denial: { status: 429 } })
    expect(await keyring.verify(guess(), { ip: '2001:db8:2::1' })).toEqual(invalid)
  })

  it('keeps refusing an address while others fill the table', async () => {
    const { keyring } = setUp({
      ...options,
      invalidAttempts: limitInvalidAttempts({ quota: 2, windowSeconds: 60, maximumAddresses: 5 }),
    })
    for (let time = 0; time < 2; time += 1) await keyring.verify('x', { ip: '192.0.2.1' })
    for (let host = 2; host < 100; host += 1) await keyring.verify('x', { ip: `192.0.2.${host}` })
    expect(await keyring.verify('x', { ip: '192.0.2.1' })).toMatchObject({ denial: { status: 429 } })
    expect(await keyring.verify('x', { ip: '192.0.2.2' })).toEqual(invalid)
  })

  it('counts new addresses again when the addresses that fill the table are no longer refused', async () => {
    const { keyring, advance } = setUp({
      ...options,
      invalidAttempts: limitInvalidAttempts({ quota: 1, windowSeconds: 60, maximumAddresses: 2 }),
    })
    for (const ip of ['192.0.2.1', '192.0.2.2']) await keyring.verify('x', { ip })
    advance(60)
    for (const ip of ['192.0.2.3', '192.0.2.4']) await keyring.verify('x', { ip })
    for (const ip of ['192.0.2.3', '192.0.2.4']) {
      expect(await keyring.verify('x', { ip })).toMatchObject({ denial: { status: 429 } })
    }
  })

  it('reads its numbers with the first key when they are a function', async () => {
    const read = vi.fn<() => InvalidAttemptsOptions>(() => ({ quota: 1, windowSeconds: 60 }))
    const { keyring } = setUp({ callerIp, invalidAttempts: limitInvalidAttempts(read) })
    expect(read).not.toHaveBeenCalled()
    await keyring.verify('x', { ip: '192.0.2.1' })
    expect(await keyring.verify('x', { ip: '192.0.2.1' })).toMatchObject({ denial: { status: 429 } })
    expect(read).toHaveBeenCalledOnce()
  })

  it('answers 503, and says why in the log, when the function returns an invalid number', async () => {
    const logger = { error: vi.fn<(message: string) => void>() }
    const { keyring, make } = setUp({
      callerIp,
      invalidAttempts: limitInvalidAttempts(() => ({ quota: Number.NaN, windowSeconds: 60 })),
      logger,
    })
    const { key } = await make()
    expect(await keyring.verify(key, { ip: '192.0.2.1' })).toMatchObject({ denial: { code: 'store_unavailable' } })
    expect(logger.error).toHaveBeenCalledWith(expect.stringContaining('invalidAttempts.quota must be a whole number'))
  })

  it.each(['quota', 'windowSeconds', 'maximumAddresses'])('rejects a %s of 0', (name) => {
    expect(() => limitInvalidAttempts({ quota: 1, windowSeconds: 1, [name]: 0 })).toThrow('ERR_CONFIG_KEYRING')
  })

  it('remembers at most maximumAddresses', async () => {
    const { keyring } = setUp({
      ...options,
      invalidAttempts: limitInvalidAttempts({ quota: 1, windowSeconds: 60, maximumAddresses: 2 }),
    })
    for (const ip of ['192.0.2.1', '192.0.2.2', '192.0.2.3']) await keyring.verify('x', { ip })
    expect(await keyring.verify('x', { ip: '192.0.2.3' })).toMatchObject({ denial: { status: 429 } })
    expect(await keyring.verify('x', { ip: '192.0.2.1' })).toEqual(invalid)
  })

  it('forgets the address whose last attempt is oldest, when none is refused', async () => {
    const { keyring } = setUp({
      ...options,
      invalidAttempts: limitInvalidAttempts({ quota: 2, windowSeconds: 60, maximumAddresses: 2 }),
    })
    for (const ip of ['192.0.2.1', '192.0.2.2', '192.0.2.3']) await keyring.verify('x', { ip })
    for (const ip of ['192.0.2.1', '192.0.2.1']) expect(await keyring.verify('x', { ip })).toEqual(invalid)
    expect(await keyring.verify('x', { ip: '192.0.2.1' })).toMatchObject({ denial: { status: 429 } })
  })

  it('still refuses an address that comes when refused ones fill the table, and half of them while others come', async () => {
    const invalidAttempts = limitInvalidAttempts({ quota: 2, windowSeconds: 60, maximumAddresses: 100 })
    const { keyring, make } = setUp({ ...options, invalidAttempts })
    const { key } = await make()
    const isRefused = async (ip: string) => !(await keyring.verify(key, { ip })).ok
    const crowd = addresses(0, 100)
    for (const ip of crowd) for (let time = 0; time < 2; time += 1) await keyring.verify('x', { ip })
    for (let time = 0; time < 2; time += 1) await keyring.verify('x', { ip: '192.0.2.1' })
    expect(await isRefused('192.0.2.1')).toBe(true)
    for (const ip of addresses(1, 1000)) await keyring.verify('x', { ip })
    const left = await Promise.all(crowd.slice(51).map(isRefused))
    expect(left).not.toContain(false)
    expect(await isRefused('192.0.2.1')).toBe(true)
  })

  it('counts a malformed header like any other invalid key', async () => {
    const { keyring } = setUp(options)
    const verifier = keyring.verifier()
    const statuses: number[] = []
    for (let time = 0; time < 4; time += 1) {
      const result = await authenticate(request('a b', { 'x-real-ip': '192.0.2.1' }), verifier)
      statuses.push(result.ok ? 200 : denialResponse(result.denial).status)
    }
    expect(statuses).toEqual([401, 401, 401, 429])
  })
})
