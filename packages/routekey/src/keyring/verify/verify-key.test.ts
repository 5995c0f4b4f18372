import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'

import { describe, expect, it, vi } from 'vitest'

import { withKey } from '../../adapters/next/index.ts'
import { type DeniedEvent, type KeyStore, authenticate, generateKey } from '../../index.ts'
import { createMemoryStore } from '../../stores/memory.ts'
import { callerIp, guess, invalid, mistyped, request, setUp, start } from '../../../test/keyring-fixture.ts'

describe('verify', () => {
  it('accepts a valid key, and returns its record', async () => {
    const { keyring, make } = setUp()
    const { key, record } = await make({ scopes: ['reports:read'], metadata: { team: 'red' } })
    expect(key).toMatch(/^acme_live_[0-9A-Za-z]{33}$/)
    expect(record).toMatchObject({ owner: 'ada', name: 'CI', scopes: ['reports:read'], metadata: { team: 'red' } })
    expect(key.startsWith(record.start)).toBe(true)
    expect(record.start).toHaveLength('acme_live_'.length + 4)
    expect(await keyring.verify(key)).toEqual({ ok: true, record, isCurrent: true, limits: [] })
  })

  it('reads the store once and writes nothing for a valid key', async () => {
    const { keyring, make, calls } = setUp()
    const { key } = await make()
    calls.length = 0
    await keyring.verify(key)
    expect(calls).toEqual(['findByHash'])
  })

  it('reads the store once for two uses, with the cache on', async () => {
    const { keyring, make, calls } = setUp({ cache: { seconds: 10 } })
    const { key } = await make()
    calls.length = 0
    await keyring.verify(key)
    await keyring.verify(key)
    expect(calls).toEqual(['findByHash'])
  })

  it('refuses the key of an owner who is deleted or suspended, with its own reason for the log', async () => {
    const store = createMemoryStore()
    const { make, keyring } = setUp({
      store: {
        ...store,
        findByHash: async (hash) => {
          const found = await store.findByHash(hash)
          return found && { ...found, isOwnerActive: false }
        },
      },
    })
    const { key, record } = await make()
    const denial = { status: 401, code: 'owner_inactive', keyId: record.id }
    expect(await keyring.verify(key)).toEqual({ ok: false, denial })
    await keyring.revoke(record.id)
    expect(await keyring.verify(key)).toMatchObject({ denial: { code: 'key_revoked' } })
  })

  const other = generateKey({ prefix: 'acme_test' })
  it.each([
    ['an empty string', ''],
    ['text that is not a key', 'undefined'],
    ['a key of another prefix', other],
    ['a key with a wrong checksum', mistyped(guess())],
    ['a key with a character outside base 62', `${guess().slice(0, -1)}!`],
    ['a key with the checksum of another', `acme_live_${'ab'.repeat(16)}a`],
  ])('refuses %s without a read and without a hash', async (_name, key) => {
    const { keyring, calls } = setUp()
    const hash = vi.spyOn(crypto, 'hash')
    syncBuiltinESMExports()
    try {
      expect(await keyring.verify(key)).toEqual(invalid)
      expect(calls).toEqual([])
      expect(hash).not.toHaveBeenCalled()
      await keyring.verify(guess())
      expect(hash).toHaveBeenCalledOnce()
    } finally {
      hash.mockRestore()
      syncBuiltinESMExports()
    }
  })

  it('refuses a key that is undefined, which JavaScript can pass', async () => {
    const { keyring, calls } = setUp()
    // @ts-expect-error -- not text
    expect(await keyring.verify()).toEqual(invalid)
    expect(calls).toEqual([])
  })

  it('refuses a well-formed key that was never created', async () => {
    const { keyring } = setUp()
    expect(await keyring.verify(generateKey({ prefix: 'acme_live' }))).toEqual(invalid)
  })

  it('refuses the keys of a keyring with another pepper', async () => {
    const store = createMemoryStore()
    const peppered = setUp({ store, pepper: '9b1deb4d3b7d4bad9bdd2b0d7b3dcb6d' })
    const { key } = await peppered.make()
    expect(await peppered.keyring.verify(key)).toMatchObject({ ok: true })
    expect(await setUp({ store }).keyring.verify(key)).toEqual(invalid)
    expect(await setUp({ store, pepper: '1b9d6bcdbbfd4b2d9b5dab8dfbbd4bed' }).keyring.verify(key)).toEqual(invalid)
  })

  it('refuses a key from the instant of its expiry, and keeps its record', async () => {
    const { keyring, make, advance } = setUp()
    const { key, record } = await make({ expiresAt: new Date(start.getTime() + 60_000) })
    advance(59.999)
    expect(await keyring.verify(key)).toMatchObject({ ok: true })
    advance(0.001)
    expect(await keyring.verify(key)).toEqual({
      ok: false,
      denial: { status: 401, code: 'key_expired', keyId: record.id },
    })
    expect(await keyring.get(record.id)).toMatchObject({ id: record.id })
  })

  it('requires all scopes of a list, or any of one', async () => {
    const { keyring, make } = setUp()
    const { key } = await make({ scopes: ['reports:*', 'users:read'] })
    const allows = async (scopes: readonly string[] | { any: readonly string[] }) =>
      (await keyring.verify(key, { scopes })).ok
    expect(await allows(['reports:read', 'users:read'])).toBe(true)
    expect(await allows(['reports:read', 'users:write'])).toBe(false)
    expect(await allows({ any: ['admin', 'users:read'] })).toBe(true)
    expect(await allows({ any: ['admin', 'users:write'] })).toBe(false)
    expect(await allows({ any: [] })).toBe(false)
    expect(await allows([])).toBe(true)
  })
})

describe('a store that fails', () => {
  const down: KeyStore = {
    ...createMemoryStore(),
    findByHash: async () => {
      throw new Error('connect ECONNREFUSED 127.0.0.1:5432')
    },
  }
  const key = generateKey({ prefix: 'acme_live' })

  it('answers 503 with Retry-After, does not run the handler, and logs the reason once', async () => {
    const { keyring, logger } = setUp({ store: down })
    const handler = vi.fn<() => Response>()
    const onDenied = vi.fn<(event: DeniedEvent) => void>()
    const route = withKey(keyring.verifier(), handler, { onDenied })
    for (let time = 0; time < 3; time += 1) {
      const response = await route(request(key), { params: Promise.resolve({}) })
      expect(response.status).toBe(503)
      expect(response.headers.get('retry-after')).toBe('5')
      expect(await response.text()).not.toContain('ECONNREFUSED')
    }
    expect(handler).not.toHaveBeenCalled()
    expect(onDenied.mock.calls[0]![0].denial).toMatchObject({ code: 'store_unavailable' })
    expect(logger.error.mock.calls).toEqual([[expect.stringContaining('ECONNREFUSED')]])
    expect(logger.error.mock.calls[0]![0]).not.toContain(key)
  })

  it('answers 503 after timeoutMs when the store hangs', async () => {
    const hanging: KeyStore = { ...down, findByHash: () => new Promise(() => {}) }
    const { keyring } = setUp({ store: hanging, timeoutMs: 20 })
    expect(await keyring.verify(key)).toMatchObject({
      ok: false,
      denial: { status: 503, cause: { code: 'ERR_STORE_UNAVAILABLE' } },
    })
  })

  it('makes a change throw with the cause', async () => {
    const cause = new Error('read only')
    const { keyring } = setUp({ store: { ...down, create: () => Promise.reject(cause) } })
    await expect(keyring.create({ owner: 'ada', name: 'CI' })).rejects.toMatchObject({
      code: 'ERR_STORE_UNAVAILABLE',
      cause,
    })
  })
})

describe('allowedIps', () => {
  it('accepts only addresses on the list, and refuses an unknown address', async () => {
    const { keyring, make } = setUp({ callerIp })
    const { key, record } = await make({ allowedIps: ['203.0.113.0/24', '2001:db8::1'] })
    const denied = { ok: false, denial: { status: 403, code: 'address_not_allowed', keyId: record.id } }
    expect((await keyring.verify(key, { ip: '203.0.113.7' })).ok).toBe(true)
    expect((await keyring.verify(key, { ip: '::ffff:203.0.113.7' })).ok).toBe(true)
    expect((await keyring.verify(key, { ip: '2001:0DB8::0:1' })).ok).toBe(true)
    expect(await keyring.verify(key, { ip: '203.0.114.7' })).toEqual(denied)
    expect(await keyring.verify(key, { ip: 'unknown' })).toEqual(denied)
    expect(await keyring.verify(key)).toEqual(denied)
  })

  it('ignores headers that the caller can forge', async () => {
    const { make, keyring } = setUp()
    const { key } = await make({ allowedIps: ['203.0.113.7'] })
    const forged = request(key, { 'x-forwarded-for': '203.0.113.7', forwarded: 'for=203.0.113.7' })
    expect(await authenticate(forged, keyring.verifier())).toMatchObject({ denial: { code: 'address_not_allowed' } })
  })
})
