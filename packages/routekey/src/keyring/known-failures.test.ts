import { RateLimiterMemory } from 'rate-limiter-flexible'
import { describe, expect, it, vi } from 'vitest'

import {
  type KeyStore,
  type KeyringOptions,
  type Logger,
  authenticate,
  createKeyring,
  denialResponse,
  envSecret,
  generateKey,
  hashKey,
} from '../index.ts'
import { withKey } from '../adapters/next/index.ts'
import { createMemoryStore } from '../stores/memory.ts'
import { limitInvalidAttempts } from './verify/invalid-attempts.ts'

// One test for each failure that was measured in, or reported about, another library for keys.

const start = new Date('2026-03-01T12:00:00.000Z')
const silent: Logger = { error: () => {} }
const bearer = (token: string, url = 'http://localhost/api') =>
  new Request(url, { headers: { authorization: `Bearer ${token}` } })

function setUp(options: Partial<Omit<KeyringOptions, 'maximumKeysPerOwner'>> = {}) {
  let now = start
  const store = options.store ?? createMemoryStore()
  const keyring = createKeyring({ prefix: 'acme', clock: () => now, logger: silent, ...options, store })
  return { keyring, store, advance: (seconds: number) => (now = new Date(now.getTime() + seconds * 1000)) }
}

const status = async (keyring: ReturnType<typeof createKeyring>, request: Request) => {
  const result = await authenticate(request, keyring.verifier())
  return result.ok ? 200 : denialResponse(result.denial).status
}

const fail = () => Promise.reject(new Error('connect ECONNREFUSED'))
const guessFrom = (ip: string) =>
  new Request('http://localhost/', { headers: { 'x-api-key': generateKey({ prefix: 'acme' }), 'x-real-ip': ip } })

const down: KeyStore = { ...createMemoryStore(), findByHash: fail }

describe('failures known from other libraries', () => {
  it('tutorial guard: an unset variable and an omitted parameter do not compare as equal', async () => {
    const handler = vi.fn<() => Response>()
    const route = withKey(envSecret('API_ROUTE_SECRET', { query: true, env: {}, logger: silent }), handler)
    for (const url of [
      'http://localhost/',
      'http://localhost/?API_ROUTE_SECRET=',
      'http://localhost/?API_ROUTE_SECRET=undefined',
    ]) {
      expect((await route(new Request(url), { params: Promise.resolve({}) })).status).toBe(503)
    }
    expect(handler).not.toHaveBeenCalled()
  })

  it("stripe/sync-engine: a variable with the value 'false' does not accept `Authorization: false`", async () => {
    const verifier = envSecret('API_KEY', { env: { API_KEY: 'false' }, logger: silent })
    for (const header of ['false', 'Bearer false']) {
      const request = new Request('http://localhost/', { headers: { authorization: header } })
      expect(await authenticate(request, verifier)).toMatchObject({ ok: false, denial: { status: 503 } })
      expect(await status(setUp().keyring, request)).toBe(401)
    }
  })

  it('better-auth: verifying a key costs one read and no write, not one SELECT and two UPDATEs', async () => {
    const calls: string[] = []
    const store = new Proxy(createMemoryStore(), {
      get(target, name, receiver) {
        calls.push(String(name))
        return Reflect.get(target, name, receiver)
      },
    })
    const { keyring } = setUp({ store })
    const { key } = await keyring.create({ owner: 'ada', name: 'CI' })
    calls.length = 0
    await keyring.verify(key)
    expect(calls).toEqual(['findByHash'])
  })

  it('better-auth, feldera: a closed database gives 503, not an invalid key', async () => {
    const { keyring } = setUp({ store: down })
    expect(await status(keyring, bearer(generateKey({ prefix: 'acme' })))).toBe(503)
  })

  it('better-auth: of 50 concurrent calls, 10 pass a quota of 10', async () => {
    const { keyring } = setUp({ limiter: new RateLimiterMemory({ points: 1000, duration: 1 }) })
    const limits = [{ name: 'minute', quota: 10, windowSeconds: 60 }]
    const { key } = await keyring.create({ owner: 'ada', name: 'CI', limits })
    const results = await Promise.all(Array.from({ length: 50 }, () => keyring.verify(key)))
    expect(results.filter(({ ok }) => ok)).toHaveLength(10)
  })

  it('better-auth: a hit does not restart the window, so steady traffic passes', async () => {
    const { keyring, advance } = setUp({ limiter: new RateLimiterMemory({ points: 1000, duration: 1 }) })
    const limits = [{ name: 'minute', quota: 10, windowSeconds: 60 }]
    const { key } = await keyring.create({ owner: 'ada', name: 'CI', limits })
    for (let time = 0; time < 100; time += 1) {
      expect((await keyring.verify(key)).ok).toBe(true)
      advance(6.5)
    }
  })

  it('better-auth: an exhausted quota gives 429, not 401', async () => {
    const { keyring } = setUp({ limiter: new RateLimiterMemory({ points: 1000, duration: 1 }) })
    const limits = [{ name: 'minute', quota: 1, windowSeconds: 60 }]
    const { key } = await keyring.create({ owner: 'ada', name: 'CI', limits })
    expect(await status(keyring, bearer(key))).toBe(200)
    expect(await status(keyring, bearer(key))).toBe(429)
  })

  it('better-auth: an expired key is refused, and its record stays', async () => {
    const { keyring, advance } = setUp()
    const expiresAt = new Date(start.getTime() + 1000)
    const { key, record } = await keyring.create({ owner: 'ada', name: 'CI', expiresAt })
    advance(2)
    expect(await keyring.verify(key)).toMatchObject({ denial: { code: 'key_expired' } })
    expect(await keyring.get(record.id)).toEqual(record)
  })

  it('unkey: a limiter that fails refuses requests, unless onLimiterError is allow', async () => {
    const { keyring } = setUp({ limiter: { consume: fail, reward: fail } })
    const limits = [{ name: 'minute', quota: 1, windowSeconds: 60 }]
    const { key } = await keyring.create({ owner: 'ada', name: 'CI', limits })
    expect(await status(keyring, bearer(key))).toBe(503)
  })

  it('unkey: a revoked key is refused after the seconds of the cache, also without traffic', async () => {
    const store = createMemoryStore()
    const [here, elsewhere] = [setUp({ store, cache: { seconds: 2 } }), setUp({ store })]
    const { key, record } = await here.keyring.create({ owner: 'ada', name: 'CI' })
    await here.keyring.verify(key)
    await elsewhere.keyring.revoke(record.id)
    expect((await elsewhere.keyring.verify(key)).ok).toBe(false)
    here.advance(2)
    expect((await here.keyring.verify(key)).ok).toBe(false)
  })

  it('unkey: a rotation has a grace, which can be 0', async () => {
    const { keyring } = setUp()
    const { key, record } = await keyring.create({ owner: 'ada', name: 'CI' })
    const second = await keyring.rotate(record.id, { graceSeconds: 60 })
    expect((await keyring.verify(key)).ok).toBe(true)
    await keyring.rotate(record.id, { graceSeconds: 0 })
    expect((await keyring.verify(key)).ok).toBe(false)
    expect((await keyring.verify(second!.key)).ok).toBe(false)
  })

  it('keypal: a key that one instance disables is refused by another, without a cache and with one that listens', async () => {
    const store = createMemoryStore()
    const [plain, cached, elsewhere] = [setUp({ store }), setUp({ store, cache: { seconds: 60 } }), setUp({ store })]
    await cached.keyring.listen()
    const { key, record } = await plain.keyring.create({ owner: 'ada', name: 'CI' })
    for (const { keyring } of [plain, cached]) expect((await keyring.verify(key)).ok).toBe(true)
    await elsewhere.keyring.disable(record.id)
    for (const { keyring } of [plain, cached]) expect((await keyring.verify(key)).ok).toBe(false)
  })

  it('keypal: `Authorization: Basic abc` counts as a missing key', async () => {
    const { keyring } = setUp()
    const { key } = await keyring.create({ owner: 'ada', name: 'CI' })
    for (const value of ['Basic abc', `Basic ${key}`, key]) {
      const request = new Request('http://localhost/', { headers: { authorization: value } })
      expect(await authenticate(request, keyring.verifier())).toMatchObject({ denial: { code: 'missing_key' } })
    }
  })

  it('prefixed-api-key: a prefix can contain underscores', async () => {
    const { keyring } = setUp({ prefix: 'acme_corp_live' })
    const { key } = await keyring.create({ owner: 'ada', name: 'CI' })
    expect((await keyring.verify(key)).ok).toBe(true)
  })

  it('prefixed-api-key: a hash of another length does not throw', async () => {
    const { keyring, store } = setUp()
    const { key } = await keyring.create({ owner: 'ada', name: 'CI' })
    for (const hash of ['', 'ab', hashKey(key).slice(1), `${hashKey(key)}0`]) {
      expect(await store.findByHash(hash)).toBeNull()
    }
  })

  it('kong: a key in the URL is ignored, so the logs contain no key that works', async () => {
    const { keyring } = setUp()
    const { key } = await keyring.create({ owner: 'ada', name: 'CI' })
    for (const name of ['key', 'api_key', 'apikey', 'access_token', 'x-api-key']) {
      expect(await status(keyring, new Request(`http://localhost/?${name}=${key}`))).toBe(401)
    }
  })

  it('pinchy: an address that guesses keys is refused, and others are not', async () => {
    const { keyring } = setUp({
      callerIp: (request) => request.headers.get('x-real-ip'),
      invalidAttempts: limitInvalidAttempts({ quota: 5, windowSeconds: 60 }),
    })
    for (let time = 0; time < 5; time += 1) expect(await status(keyring, guessFrom('192.0.2.1'))).toBe(401)
    expect(await status(keyring, guessFrom('192.0.2.1'))).toBe(429)
    expect(await status(keyring, guessFrom('192.0.2.2'))).toBe(401)
  })
})
