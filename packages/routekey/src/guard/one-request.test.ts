import { RateLimiterMemory } from 'rate-limiter-flexible'
import { describe, expect, it } from 'vitest'

import { type Verifier, anyOf, authenticate, createKeyring, envSecret, generateKey } from '../index.ts'
import { limitInvalidAttempts } from '../keyring/verify/invalid-attempts.ts'
import { createMemoryStore } from '../stores/memory.ts'
import { createMemoryReplayStore, envWebhook, generateWebhookSecret, signWebhook } from '../webhooks/index.ts'

const callerIp = () => '192.0.2.1'
const ask = (key: string) => new Request('http://localhost/', { headers: { 'x-api-key': key } })

function setUp(prefix = 'acme', quota = 5) {
  const calls: string[] = []
  const memory = createMemoryStore()
  const keyring = createKeyring({
    prefix,
    store: {
      ...memory,
      findByHash: async (hash) => {
        calls.push(hash)
        return memory.findByHash(hash)
      },
    },
    callerIp,
    invalidAttempts: limitInvalidAttempts({ quota, windowSeconds: 60 }),
    limiter: new RateLimiterMemory({ points: 1000, duration: 60 }),
    logger: { error: () => undefined },
  })
  const make = (values: object = {}) => keyring.create({ owner: 'ada', name: 'CI', ...values })
  const usage = async (id: string) => {
    await keyring.flush()
    const [bucket] = (await keyring.usage({ id }, { unit: 'day', count: 1 })) ?? []
    return [bucket?.allowed, bucket?.refused]
  }
  return { keyring, calls, make, usage }
}

const status = async (verifier: Verifier<unknown>, request: Request) => {
  const result = await authenticate(request, verifier)
  return result.ok ? 200 : result.denial.status
}

const statuses = async (verifier: Verifier<unknown>, keys: readonly string[]) => {
  const found: number[] = []
  for (const key of keys) found.push(await status(verifier, ask(key)))
  return found
}

const guesses = (count: number, prefix = 'acme') => Array.from({ length: count }, () => generateKey({ prefix }))

describe('several guards of one keyring', () => {
  it('count a request once, look its key up once, and check the scopes each time', async () => {
    const { keyring, calls, make, usage } = setUp()
    const limits = [{ name: 'hour', quota: 10, windowSeconds: 3600 }]
    const { key, record } = await make({ scopes: ['a'], limits })
    calls.length = 0
    for (let count = 0; count < 10; count += 1) {
      const request = ask(key)
      for (const scopes of [[], ['a'], [], ['b'], ['a']]) {
        expect(await status(keyring.verifier({ scopes }), request)).toBe(scopes[0] === 'b' ? 403 : 200)
      }
    }
    expect(calls).toHaveLength(10)
    expect(await usage(record.id)).toEqual([10, 0])
    const limited = ask(key)
    for (let guard = 0; guard < 3; guard += 1) expect(await status(keyring.verifier(), limited)).toBe(429)
    expect(await usage(record.id)).toEqual([10, 1])
  })

  it('count a request once that they see at the same time', async () => {
    const { keyring, calls, make, usage } = setUp()
    const { key, record } = await make({ limits: [{ name: 'hour', quota: 1, windowSeconds: 3600 }] })
    const request = ask(key)
    const verifier = keyring.verifier()
    expect(await Promise.all([1, 2, 3].map(() => status(verifier, request)))).toEqual([200, 200, 200])
    expect(calls).toHaveLength(1)
    expect(await usage(record.id)).toEqual([1, 0])
  })

  it('count a request as allowed that the first refuses for its scopes and another accepts', async () => {
    const { keyring, make, usage } = setUp()
    const { key, record } = await make({ scopes: ['b'] })
    const either = anyOf(keyring.verifier({ scopes: ['a'] }), keyring.verifier({ scopes: ['b'] }))
    expect(await status(either, ask(key))).toBe(200)
    expect(await usage(record.id)).toEqual([1, 0])
    expect(
      await status(anyOf(keyring.verifier({ scopes: ['a'] }), keyring.verifier({ scopes: ['c'] })), ask(key)),
    ).toBe(403)
    expect(await usage(record.id)).toEqual([1, 1])
  })

  it('judge the key again if something changed it between them', async () => {
    const { keyring, make } = setUp()
    const { key } = await make()
    const request = ask(key)
    expect(await status(keyring.verifier(), request)).toBe(200)
    const [other = ''] = guesses(1)
    request.headers.set('x-api-key', other)
    expect(await status(keyring.verifier(), request)).toBe(401)
  })

  it('count one invalid attempt', async () => {
    const { keyring, make } = setUp()
    const { key } = await make()
    for (const guess of guesses(4)) {
      const request = ask(guess)
      for (let guard = 0; guard < 4; guard += 1) expect(await status(keyring.verifier(), request)).toBe(401)
    }
    expect(await status(keyring.verifier(), ask(key))).toBe(200)
    expect(await statuses(keyring.verifier(), [...guesses(1), key])).toEqual([401, 429])
  })
})

describe('invalid attempts in anyOf', () => {
  it('do not include the keys of another keyring, in any order', async () => {
    const [live, test] = [setUp('live'), setUp('test')]
    const liveKey = (await live.make()).key
    const testKey = (await test.make()).key
    for (const verifier of [
      anyOf(live.keyring.verifier(), test.keyring.verifier()),
      anyOf(test.keyring.verifier(), live.keyring.verifier()),
    ]) {
      expect(
        new Set(
          await statuses(
            verifier,
            Array.from({ length: 12 }, () => testKey),
          ),
        ),
      ).toEqual(new Set([200]))
      expect(
        new Set(
          await statuses(
            verifier,
            Array.from({ length: 12 }, () => liveKey),
          ),
        ),
      ).toEqual(new Set([200]))
    }
  })

  it('do not include a key that another verifier accepts, in any format', async () => {
    const secret = '9b1deb4d3b7d4bad9bdd2b0d7b3dcb6d'
    const [first, second] = [setUp(), setUp()]
    const { key } = await first.make()
    const { key: keyOfSecond } = await second.make()
    const verifier = anyOf(first.keyring.verifier(), second.keyring.verifier(), envSecret('S', { env: { S: secret } }))
    for (let round = 0; round < 10; round += 1) {
      expect(await statuses(verifier, [secret, keyOfSecond, key])).toEqual([200, 200, 200])
    }
  })

  it('are taken back only for the request that is accepted', async () => {
    const { keyring, make } = setUp()
    const { key } = await make()
    const secret = '9b1deb4d3b7d4bad9bdd2b0d7b3dcb6d'
    const verifier = anyOf(keyring.verifier(), envSecret('S', { env: { S: secret } }))
    for (const guess of guesses(5)) expect(await statuses(verifier, [guess, secret])).toEqual([401, 200])
    expect(await statuses(verifier, [key, secret])).toEqual([429, 200])
  })

  it('count once for each keyring that could have issued the key', async () => {
    const [live, test] = [setUp('live'), setUp('test')]
    const { key } = await live.make()
    const verifier = anyOf(live.keyring.verifier(), test.keyring.verifier())
    expect(await statuses(verifier, guesses(6, 'test'))).toEqual([401, 401, 401, 401, 401, 429])
    expect(await status(verifier, ask(key))).toBe(200)
  })
})

describe('several guards of one webhook', () => {
  const secret = generateWebhookSecret()
  const env = { HOOK: secret }
  const deliver = (id = 'msg_1', sentAt = new Date()) =>
    new Request('http://localhost/', {
      method: 'POST',
      body: 'x',
      headers: { ...signWebhook({ id, body: 'x', secrets: [secret], sentAt }) },
    })

  it('accept its first delivery, and refuse a replay', async () => {
    const replayStore = createMemoryReplayStore()
    const [router, route] = [envWebhook('HOOK', { env, replayStore }), envWebhook('HOOK', { env, replayStore })]
    const sentAt = new Date()
    const first = deliver('msg_1', sentAt)
    expect([
      await status(router, first),
      await status(route, first),
      await status(anyOf(route, router), first),
    ]).toEqual([200, 200, 200])
    const replay = deliver('msg_1', sentAt)
    expect([await status(router, replay), await status(route, replay)]).toEqual([401, 401])
    const both = deliver('msg_2', sentAt)
    expect(await Promise.all([status(router, both), status(route, both)])).toEqual([200, 200])
  })

  it('work beside a verifier of keys that reads a chosen header', async () => {
    const key = '9b1deb4d3b7d4bad9bdd2b0d7b3dcb6d'
    const verifier = anyOf(envWebhook('HOOK', { env }), envSecret('S', { env: { S: key }, from: ['x-api-key'] }))
    const headers = { authorization: 'Bearer gateway', 'x-api-key': key }
    expect(await status(verifier, new Request('http://localhost/', { headers }))).toBe(200)
  })
})
