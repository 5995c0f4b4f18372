import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'

import { describe, expect, it, vi } from 'vitest'

import {
  type DeniedEvent,
  type KeyStore,
  type KeyringOptions,
  anyOf,
  authenticate,
  createKeyring,
  denialResponse,
  envSecret,
  generateKey,
} from '../index.ts'
import { withKey } from '../adapters/next/index.ts'
import { createMemoryStore } from '../stores/memory.ts'

const start = new Date('2026-03-01T12:30:00.000Z')

function setUp(options: Partial<Omit<KeyringOptions, 'maximumKeysPerOwner'>> = {}) {
  let now = start
  const store = options.store ?? createMemoryStore()
  const calls: string[] = []
  const counting = new Proxy(store, {
    get(target, name, receiver) {
      calls.push(String(name))
      return Reflect.get(target, name, receiver)
    },
  })
  const logger = { error: vi.fn<(message: string) => void>() }
  const keyring = createKeyring({ prefix: 'acme_live', clock: () => now, logger, ...options, store: counting })
  return {
    keyring,
    calls,
    logger,
    advance: (seconds: number) => (now = new Date(now.getTime() + seconds * 1000)),
    make: (values: object = {}) => keyring.create({ owner: 'ada', name: 'CI', ...values }),
  }
}

const at = (seconds: number) => new Date(start.getTime() + seconds * 1000)
const mistyped = (key: string) => key.slice(0, -1) + (key.endsWith('0') ? '1' : '0')
const guess = () => generateKey({ prefix: 'acme_live' })
const callerIp = (incoming: Request) => incoming.headers.get('x-real-ip')
const invalid = { ok: false, denial: { status: 401, code: 'invalid_key' } }
const request = (key: string, headers: Record<string, string> = {}) =>
  new Request('http://localhost/api', { headers: { authorization: `Bearer ${key}`, ...headers } })

describe('verify', () => {
  it('lets a key in, and tells whose it is', async () => {
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

  it('reads the store at the first use only, with the cache on', async () => {
    const { keyring, make, calls } = setUp({ cache: { seconds: 10 } })
    const { key } = await make()
    calls.length = 0
    await keyring.verify(key)
    await keyring.verify(key)
    expect(calls).toEqual(['findByHash'])
  })

  const other = generateKey({ prefix: 'acme_test' })
  it.each([
    ['nothing', ''],
    ['no key at all', 'undefined'],
    ['a key of another prefix', other],
    ['a key with a wrong checksum', mistyped(guess())],
    ['a key with a character that none has', `${guess().slice(0, -1)}!`],
    ['a key with a checksum of something else', `acme_live_${'ab'.repeat(16)}a`],
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

  it('refuses a well-formed key that nobody made', async () => {
    const { keyring } = setUp()
    expect(await keyring.verify(generateKey({ prefix: 'acme_live' }))).toEqual(invalid)
  })

  it('does not know the keys of a keyring with another pepper', async () => {
    const store = createMemoryStore()
    const peppered = setUp({ store, pepper: '9b1deb4d3b7d4bad9bdd2b0d7b3dcb6d' })
    const { key } = await peppered.make()
    expect(await peppered.keyring.verify(key)).toMatchObject({ ok: true })
    expect(await setUp({ store }).keyring.verify(key)).toEqual(invalid)
    expect(await setUp({ store, pepper: '1b9d6bcdbbfd4b2d9b5dab8dfbbd4bed' }).keyring.verify(key)).toEqual(invalid)
  })

  it('refuses an expired key from the very instant, and keeps its row', async () => {
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

  it('asks for all of a list of scopes, or for any of one', async () => {
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

  it('is a 503 with Retry-After, the handler does not run, and the log says why once', async () => {
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

  it('is given no longer than timeoutMs when it hangs', async () => {
    const hanging: KeyStore = { ...down, findByHash: () => new Promise(() => {}) }
    const { keyring } = setUp({ store: hanging, timeoutMs: 20 })
    const before = performance.now()
    expect(await keyring.verify(key)).toMatchObject({
      ok: false,
      denial: { status: 503, cause: { code: 'ERR_STORE_UNAVAILABLE' } },
    })
    expect(performance.now() - before).toBeLessThan(1000)
  })

  it('makes a change throw, with the cause', async () => {
    const cause = new Error('read only')
    const { keyring } = setUp({ store: { ...down, create: () => Promise.reject(cause) } })
    await expect(keyring.create({ owner: 'ada', name: 'CI' })).rejects.toMatchObject({
      code: 'ERR_STORE_UNAVAILABLE',
      cause,
    })
  })
})

describe('revoke, disable and enable', () => {
  it.each([undefined, { seconds: 3600 }])('hold at once in the same process, with the cache %j', async (cache) => {
    const { keyring, make } = setUp(cache && { cache })
    const { key, record } = await make()
    expect((await keyring.verify(key)).ok).toBe(true)
    await keyring.disable(record.id)
    expect(await keyring.verify(key)).toMatchObject({ denial: { status: 401, code: 'key_disabled' } })
    await keyring.enable(record.id)
    expect((await keyring.verify(key)).ok).toBe(true)
    await keyring.revoke(record.id)
    expect(await keyring.verify(key)).toMatchObject({ denial: { status: 401, code: 'key_revoked' } })
    expect(await keyring.enable(record.id)).toBeNull()
    expect(await keyring.update(record.id, { name: 'Z' })).toBeNull()
    expect(await keyring.rotate(record.id, { graceSeconds: 60 })).toBeNull()
    expect(await keyring.verify(key)).toMatchObject({ denial: { status: 401, code: 'key_revoked' } })
  })

  it('are told apart from ids that do not exist or belong to another', async () => {
    const { keyring, make } = setUp()
    const { key, record } = await make()
    for (const id of ['', 'x', "' or 1=1 --", crypto.randomUUID()]) {
      expect(await keyring.revoke(id)).toBeNull()
      expect(await keyring.get(id)).toBeNull()
      expect(await keyring.usage({ id }, { unit: 'hour', count: 24 })).toBeNull()
      expect(await keyring.audit(id)).toBeNull()
      expect(await keyring.list({ after: id })).toEqual([])
    }
    const eve = { owner: 'eve' }
    expect(await keyring.get(record.id, eve)).toBeNull()
    expect(await keyring.revoke(record.id, eve)).toBeNull()
    expect(await keyring.disable(record.id, eve)).toBeNull()
    expect(await keyring.update(record.id, { name: 'mine' }, eve)).toBeNull()
    expect(await keyring.rotate(record.id, { graceSeconds: 0, ...eve })).toBeNull()
    expect(await keyring.usage({ id: record.id, ...eve }, { unit: 'day', count: 30 })).toBeNull()
    expect(await keyring.audit(record.id, eve)).toBeNull()
    expect(await keyring.list(eve)).toEqual([])
    expect((await keyring.verify(key)).ok).toBe(true)
  })

  it.each([
    ['in the same process', false],
    ['elsewhere, where the store tells of it', true],
  ])(
    'hold against a look-up that was under way, %s: it cannot put the key back into the cache',
    async (_name, isElsewhere) => {
      const store = createMemoryStore()
      const answers: (() => void)[] = []
      const slow: KeyStore = {
        ...store,
        async findByHash(hash) {
          const found = await store.findByHash(hash)
          await new Promise<void>((resolve) => answers.push(resolve))
          return found
        },
      }
      const { keyring, make, calls } = setUp({ store: slow, cache: { seconds: 3600 } })
      const { key, record } = await make()
      if (isElsewhere) await keyring.listen()
      // It has read the key as it was, and its answer is on its way …
      const early = keyring.verify(key)
      await vi.waitFor(() => expect(answers).toHaveLength(1))
      // … while the key is revoked.
      await (isElsewhere ? setUp({ store }).keyring : keyring).revoke(record.id)
      answers[0]?.()
      await early
      const late = keyring.verify(key)
      await vi.waitFor(() => expect(answers).toHaveLength(2))
      answers[1]?.()
      expect(await late).toMatchObject({ ok: false, denial: { code: 'key_revoked' } })
      expect(calls.filter((name) => name === 'findByHash')).toHaveLength(2)
    },
  )
})

describe('rotate', () => {
  it('lets both keys in until the end of the grace', async () => {
    const { keyring, make, advance } = setUp({ cache: { seconds: 3600 } })
    const { key: old, record } = await make({ scopes: ['a'] })
    const rotated = await keyring.rotate(record.id, { graceSeconds: 60 })
    expect(rotated!.record).toMatchObject({
      id: record.id,
      scopes: ['a'],
      graceEndsAt: new Date(start.getTime() + 60_000),
    })
    expect(rotated!.record.start).not.toBe(record.start)
    expect(await keyring.verify(old)).toMatchObject({ ok: true, isCurrent: false })
    expect(await keyring.verify(rotated!.key)).toMatchObject({ ok: true, isCurrent: true })
    advance(60)
    expect(await keyring.verify(old)).toMatchObject({ denial: { code: 'key_expired' } })
    expect(await keyring.verify(rotated!.key)).toMatchObject({ ok: true })
  })

  it('ends the old key at once with a grace of 0', async () => {
    const { keyring, make } = setUp({ cache: { seconds: 3600 } })
    const { key: old, record } = await make()
    await keyring.verify(old)
    const rotated = await keyring.rotate(record.id, { graceSeconds: 0 })
    expect(rotated!.record.graceEndsAt).toBeNull()
    expect(await keyring.verify(old)).toMatchObject({ denial: { status: 401, code: 'key_expired' } })
    expect((await keyring.verify(rotated!.key)).ok).toBe(true)
  })

  it('extends no expiry: neither that of the key nor an earlier grace', async () => {
    const { keyring, make, advance } = setUp()
    const expiresAt = new Date(start.getTime() + 100_000)
    const { key: first, record } = await make({ expiresAt })
    const second = await keyring.rotate(record.id, { graceSeconds: 10 })
    const third = await keyring.rotate(record.id, { graceSeconds: 1000 })
    expect(third!.record).toMatchObject({ expiresAt, graceEndsAt: expiresAt })
    advance(10)
    expect(await keyring.verify(first)).toMatchObject({ denial: { code: 'key_expired' } })
    expect((await keyring.verify(second!.key)).ok).toBe(true)
    advance(90)
    expect(await keyring.verify(second!.key)).toMatchObject({ denial: { code: 'key_expired' } })
    expect(await keyring.verify(third!.key)).toMatchObject({ denial: { code: 'key_expired' } })
    expect(await keyring.rotate(record.id, { graceSeconds: 10 })).toBeNull()
  })

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY, 4e8])('refuses a grace of %d seconds', async (graceSeconds) => {
    const { keyring, make } = setUp()
    const { record } = await make()
    await expect(keyring.rotate(record.id, { graceSeconds })).rejects.toMatchObject({ code: 'ERR_KEY_VALUE' })
  })
})

describe('the cache', () => {
  it('lets a key that another process revoked pass for its seconds and no longer', async () => {
    const store = createMemoryStore()
    const [here, elsewhere] = [setUp({ store, cache: { seconds: 5 } }), setUp({ store })]
    const { key, record } = await here.make()
    await here.keyring.verify(key)
    await elsewhere.keyring.revoke(record.id)
    here.advance(4.999)
    expect((await here.keyring.verify(key)).ok).toBe(true)
    here.advance(0.001)
    expect((await here.keyring.verify(key)).ok).toBe(false)
  })

  it('hears at once of what another process revoked, where the store tells of it', async () => {
    const store = createMemoryStore()
    const [here, elsewhere] = [setUp({ store, cache: { seconds: 3600 } }), setUp({ store })]
    const { key, record } = await here.make()
    await here.keyring.listen()
    await here.keyring.verify(key)
    await elsewhere.keyring.revoke(record.id)
    expect((await here.keyring.verify(key)).ok).toBe(false)
    await here.keyring.close()
  })

  it('cannot listen where there is nothing to keep current, nor through a store that cannot tell', async () => {
    await expect(setUp().keyring.listen()).rejects.toMatchObject({ code: 'ERR_CONFIG_KEYRING' })
    const { subscribe, ...deaf } = createMemoryStore()
    expect(subscribe).toBeTypeOf('function')
    await expect(setUp({ store: deaf, cache: { seconds: 1 } }).keyring.listen()).rejects.toMatchObject({
      code: 'ERR_CONFIG_KEYRING',
    })
  })

  it('can listen again after it could not', async () => {
    const store = createMemoryStore()
    let isDown = true
    const flaky: KeyStore = {
      ...store,
      subscribe: (onChange) => (isDown ? Promise.reject(new Error('down')) : store.subscribe!(onChange)),
    }
    const { keyring, make } = setUp({ store: flaky, cache: { seconds: 3600 } })
    await expect(keyring.listen()).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' })
    isDown = false
    await Promise.all([keyring.listen(), keyring.listen()])
    const { key, record } = await make()
    await keyring.verify(key)
    await setUp({ store }).keyring.revoke(record.id)
    expect((await keyring.verify(key)).ok).toBe(false)
    await keyring.close()
  })

  it('does not outlive the expiry of a key, nor a clock that is set back', async () => {
    const { keyring, make, advance, calls } = setUp({ cache: { seconds: 3600 } })
    const { key } = await make({ expiresAt: new Date(start.getTime() + 1000) })
    await keyring.verify(key)
    advance(1)
    expect(await keyring.verify(key)).toMatchObject({ denial: { code: 'key_expired' } })
    advance(-10)
    calls.length = 0
    await keyring.verify(key)
    expect(calls).toEqual(['findByHash'])
  })

  it('keeps no more entries than it may, and drops the one used longest ago', async () => {
    const { keyring, make, calls } = setUp({ cache: { seconds: 3600, maximumEntries: 2 } })
    const [{ key: a }, { key: b }, { key: c }] = [await make(), await make(), await make()]
    for (const key of [a, b, a, c]) await keyring.verify(key)
    calls.length = 0
    await keyring.verify(a)
    await keyring.verify(c)
    expect(calls).toEqual([])
    await keyring.verify(b)
    expect(calls).toEqual(['findByHash'])
  })
})

describe('the list of addresses', () => {
  it('lets in those on it alone, and refuses whom it cannot tell', async () => {
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

  it('does not believe a header that nobody vouches for', async () => {
    const { make, keyring } = setUp()
    const { key } = await make({ allowedIps: ['203.0.113.7'] })
    const forged = request(key, { 'x-forwarded-for': '203.0.113.7', forwarded: 'for=203.0.113.7' })
    expect(await authenticate(forged, keyring.verifier())).toMatchObject({ denial: { code: 'address_not_allowed' } })
  })
})

describe('the throttle for invalid attempts', () => {
  const options = { callerIp, invalidAttempts: { quota: 3, windowSeconds: 60 } }

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
    // Attempts while it holds do not prolong it.
    advance(40)
    expect((await keyring.verify(key, { ip: '192.0.2.1' })).ok).toBe(true)
  })

  it('counts what is malformed, revoked or expired, and neither valid keys nor 403s', async () => {
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

  it('remembers no more addresses than it may', async () => {
    const { keyring } = setUp({ ...options, invalidAttempts: { quota: 1, windowSeconds: 60, maximumAddresses: 2 } })
    for (const ip of ['192.0.2.1', '192.0.2.2', '192.0.2.3']) await keyring.verify('x', { ip })
    expect(await keyring.verify('x', { ip: '192.0.2.3' })).toMatchObject({ denial: { status: 429 } })
    expect(await keyring.verify('x', { ip: '192.0.2.1' })).toEqual(invalid)
  })

  it('answers a malformed header like any other invalid key, over a route', async () => {
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

describe('the verifier', () => {
  it('gives the handler the caller', async () => {
    const { keyring, make } = setUp()
    const { key, record } = await make({ scopes: ['a'], metadata: { plan: 'pro' } })
    expect(await authenticate(request(key), keyring.verifier({ scopes: ['a'] }))).toEqual({
      ok: true,
      caller: {
        kind: 'key',
        keyId: record.id,
        owner: 'ada',
        name: 'CI',
        scopes: ['a'],
        metadata: { plan: 'pro' },
        generation: 'current',
      },
      headers: {},
    })
  })

  it('tells a missing key and two keys from an invalid one', async () => {
    const { keyring, make } = setUp()
    const { key } = await make()
    const code = async (incoming: Request) => {
      const result = await authenticate(incoming, keyring.verifier())
      return result.ok ? 'ok' : result.denial.code
    }
    expect(await code(new Request('http://localhost/'))).toBe('missing_key')
    expect(await code(request(key, { 'x-api-key': key }))).toBe('ambiguous_key')
    expect(await code(new Request('http://localhost/', { headers: { authorization: 'Basic abc' } }))).toBe(
      'missing_key',
    )
    expect(await code(new Request(`http://localhost/?key=${key}`))).toBe('missing_key')
    expect(await code(request('é'))).toBe('invalid_key')
  })

  it('stands beside a secret of the environment', async () => {
    const { keyring, make } = setUp()
    const { key } = await make()
    const secret = '9b1deb4d3b7d4bad9bdd2b0d7b3dcb6d'
    const verifier = anyOf(envSecret('CRON_SECRET', { env: { CRON_SECRET: secret } }), keyring.verifier())
    expect(await authenticate(request(key), verifier)).toMatchObject({ ok: true, caller: { kind: 'key' } })
    expect(await authenticate(request(secret), verifier)).toMatchObject({ ok: true, caller: { kind: 'secret' } })
  })
})

describe('create and update', () => {
  it.each<[string, object, string]>([
    ['an empty owner', { owner: '' }, 'ERR_KEY_VALUE'],
    ['an empty name', { name: '' }, 'ERR_KEY_VALUE'],
    ['a name with a line break', { name: 'a\nb' }, 'ERR_KEY_VALUE'],
    ['a name with NUL', { name: 'a\0' }, 'ERR_KEY_VALUE'],
    ['a name with half a character', { name: 'a\ud800' }, 'ERR_KEY_VALUE'],
    ['a name of 101 characters', { name: 'a'.repeat(101) }, 'ERR_KEY_VALUE'],
    ['an expiry in the past', { expiresAt: start }, 'ERR_KEY_VALUE'],
    ['an expiry after the year 9999', { expiresAt: new Date('+010000-01-01T00:00:00Z') }, 'ERR_KEY_VALUE'],
    ['an invalid date', { expiresAt: new Date(Number.NaN) }, 'ERR_KEY_VALUE'],
    ['a range with host bits', { allowedIps: ['10.0.0.1/8'] }, 'ERR_KEY_VALUE'],
    ['a host name', { allowedIps: ['localhost'] }, 'ERR_KEY_VALUE'],
    ['metadata with NUL', { metadata: { a: '\0' } }, 'ERR_KEY_VALUE'],
    ['metadata with half a character', { metadata: { a: ['\udfff'] } }, 'ERR_KEY_VALUE'],
    ['large metadata', { metadata: { a: 'x'.repeat(16_384) } }, 'ERR_KEY_VALUE'],
    ['an empty scope', { scopes: [''] }, 'ERR_KEY_SCOPE'],
    ['a scope with a space', { scopes: ['a b'] }, 'ERR_KEY_SCOPE'],
    ['a scope with half a wildcard', { scopes: ['rep*'] }, 'ERR_KEY_SCOPE'],
    ['a limit without a limiter', { limits: [{ name: 'hour', quota: 1, windowSeconds: 3600 }] }, 'ERR_CONFIG_KEYRING'],
  ])('refuse %s', async (_name, values, code) => {
    const { keyring, make } = setUp()
    await expect(make(values)).rejects.toMatchObject({ code })
    if ('owner' in values) return
    const { record } = await make()
    await expect(keyring.update(record.id, values)).rejects.toMatchObject({ code })
  })

  it('keep metadata that only looks like what cannot be stored', async () => {
    const metadata = { a: '\\u0000', b: '\\\\ud800', c: '\u{1f511}' }
    expect((await setUp().make({ metadata })).record.metadata).toEqual(metadata)
  })

  it('give no more than the creator may give', async () => {
    const { keyring, make } = setUp()
    const grantable = ['reports:*', 'users:read']
    const { record } = await make({ scopes: ['reports:read', 'reports:*', 'users:read'], grantable })
    for (const scope of ['users:*', 'users:write', '*', 'reports', '*:read']) {
      await expect(make({ scopes: [scope], grantable })).rejects.toMatchObject({ code: 'ERR_KEY_GRANT' })
      await expect(keyring.update(record.id, { scopes: [scope] }, { grantable })).rejects.toMatchObject({
        code: 'ERR_KEY_GRANT',
      })
    }
    await expect(make({ scopes: ['users:read'], grantable: [] })).rejects.toMatchObject({ code: 'ERR_KEY_GRANT' })
  })

  it('refuse a scope that the keyring does not know', async () => {
    const { keyring, make } = setUp({ scopes: ['reports:read', 'reports:write'] })
    await expect(make({ scopes: ['report:read'] })).rejects.toMatchObject({ code: 'ERR_KEY_SCOPE' })
    await expect(make({ scopes: ['users:*'] })).rejects.toMatchObject({ code: 'ERR_KEY_SCOPE' })
    expect((await make({ scopes: ['reports:*', '*'] })).record.scopes).toEqual(['reports:*', '*'])
    expect(() => keyring.verifier({ scopes: ['report:read'] })).toThrow('ERR_KEY_SCOPE')
    expect(() => keyring.verifier({ scopes: ['reports:*'] })).toThrow('ERR_KEY_SCOPE')
    expect(() => keyring.verifier({ scopes: { any: [] } })).toThrow('ERR_KEY_SCOPE')
  })

  it('leave an audit trail of who changed what', async () => {
    const { keyring, make, advance } = setUp()
    const { record } = await make({ actor: 'root' })
    advance(1)
    await keyring.update(record.id, { name: 'New', scopes: ['a'] }, { owner: 'ada' })
    await keyring.update(record.id, { name: 'New' }, { owner: 'ada' })
    advance(1)
    await keyring.revoke(record.id, { actor: 'admin' })
    await keyring.revoke(record.id, { actor: 'admin' })
    expect(await keyring.audit(record.id, { owner: 'ada' })).toEqual([
      {
        id: '3',
        at: at(2),
        actor: 'admin',
        action: 'revoked',
        changes: { revokedAt: { from: null, to: at(2).toISOString() } },
      },
      {
        id: '2',
        at: at(1),
        actor: 'ada',
        action: 'updated',
        changes: { name: { from: 'CI', to: 'New' }, scopes: { from: [], to: ['a'] } },
      },
      { id: '1', at: at(0), actor: 'root', action: 'created', changes: {} },
    ])
  })
})

describe('createKeyring', () => {
  const store = createMemoryStore()
  it.each<[string, Partial<KeyringOptions>, string]>([
    ['an invalid prefix', { prefix: 'a b' }, 'ERR_KEY_PREFIX'],
    ['a weak pepper', { pepper: 'pepper' }, 'ERR_KEY_PEPPER'],
    ['a timeout of 0', { timeoutMs: 0 }, 'ERR_CONFIG_KEYRING'],
    ['a timeout longer than a timer', { timeoutMs: 2 ** 31 }, 'ERR_CONFIG_KEYRING'],
    ['a cache of 0 seconds', { cache: { seconds: 0 } }, 'ERR_CONFIG_KEYRING'],
    ['a throttle without addresses', { invalidAttempts: { quota: 1, windowSeconds: 1 } }, 'ERR_CONFIG_KEYRING'],
    [
      'a throttle that would refuse all',
      { invalidAttempts: { quota: 0, windowSeconds: 1 }, callerIp: () => null },
      'ERR_CONFIG_KEYRING',
    ],
    ['a wildcard among the known scopes', { scopes: ['a:*'] }, 'ERR_KEY_SCOPE'],
    ['usage that is never written', { usage: { flushSeconds: 0 } }, 'ERR_CONFIG_KEYRING'],
  ])('refuses %s', (_name, options, code) => {
    expect(() => createKeyring({ store, prefix: 'acme', ...options })).toThrow(code)
  })

  it('refuses a pepper from an unset variable', () => {
    // @ts-expect-error -- what plain JavaScript passes
    expect(() => createKeyring({ store, prefix: 'acme', pepper: undefined })).toThrow('ERR_KEY_PEPPER')
  })
})
