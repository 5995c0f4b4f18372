import { RateLimiterMemory } from 'rate-limiter-flexible'
import { describe, expect, it, vi } from 'vitest'

import { type KeyLimit, type KeyringOptions, type Limiter, createKeyring, denialResponse } from '../../index.ts'
import { createMemoryStore } from '../../stores/memory.ts'

const start = new Date('2026-03-01T12:30:00.000Z')
const windowIndex = Math.floor(start.getTime() / 3_600_000)
const hourly = (quota: number, name = 'hour'): KeyLimit => ({ name, quota, windowSeconds: 3600 })
const daily = (quota: number): KeyLimit => ({ name: 'day', quota, windowSeconds: 86_400 })

async function setUp(limits: readonly KeyLimit[], options: Partial<Omit<KeyringOptions, 'maximumKeysPerOwner'>> = {}) {
  let now = start
  const limiter = new RateLimiterMemory({ points: 1_000_000, duration: 1 })
  const logger = { error: vi.fn<(message: string) => void>() }
  const keyring = createKeyring({
    store: createMemoryStore(),
    prefix: 'acme',
    clock: () => now,
    limiter,
    logger,
    ...options,
  })
  const { key, record } = await keyring.create({ owner: 'ada', name: 'CI', limits, scopes: ['a'] })
  return {
    keyring,
    key,
    record,
    limiter,
    logger,
    advance: (seconds: number) => (now = new Date(now.getTime() + seconds * 1000)),
    verify: (verifyOptions = {}) => keyring.verify(key, verifyOptions),
    counted: async (name: string, windowSeconds: number) => {
      const window = Math.floor(now.getTime() / 1000 / windowSeconds)
      return (await limiter.get(`${record.id}:${name}:${windowSeconds}:${window}`))?.consumedPoints ?? 0
    },
  }
}

const failing: Limiter = {
  consume: async () => {
    throw new Error('connect ECONNREFUSED 127.0.0.1:6379')
  },
  reward: async () => null,
}

const pause = () => new Promise((resolve) => setTimeout(resolve, Math.random() * 4))
const passed = (results: readonly { readonly ok: boolean }[]) => results.filter(({ ok }) => ok).length

describe('a limit', () => {
  it('accepts exactly its quota of concurrent requests', async () => {
    const { verify } = await setUp([hourly(100)])
    expect(passed(await Promise.all(Array.from({ length: 500 }, () => verify())))).toBe(100)
  })

  it('reports the remaining requests, and refuses with the time until the window ends', async () => {
    const { verify, record } = await setUp([hourly(2)])
    const limit = { name: 'hour', quota: 2, windowSeconds: 3600, resetSeconds: 1800 }
    expect(await verify()).toMatchObject({ ok: true, limits: [{ ...limit, remaining: 1 }] })
    expect(await verify()).toMatchObject({ ok: true, limits: [{ ...limit, remaining: 0 }] })
    const result = await verify()
    const denial = { status: 429, code: 'rate_limited', retryAfterSeconds: 1800, limits: [{ ...limit, remaining: 0 }] }
    expect(result).toEqual({ ok: false, denial: { ...denial, keyId: record.id } })
    if (result.ok) return
    const { headers } = denialResponse(result.denial)
    expect(headers.get('retry-after')).toBe('1800')
    expect(headers.get('ratelimit')).toBe('"hour";r=0;t=1800')
  })

  it('accepts its whole quota again when the window ends, independent of refused requests', async () => {
    const { verify, advance } = await setUp([hourly(2)])
    for (let time = 0; time < 10; time += 1) await verify()
    advance(1799.999)
    expect((await verify()).ok).toBe(false)
    advance(0.001)
    expect((await verify()).ok).toBe(true)
  })

  it('never refuses steady traffic below the quota', async () => {
    const { verify, advance } = await setUp([{ name: 'minute', quota: 10, windowSeconds: 60 }])
    for (let time = 0; time < 200; time += 1) {
      expect((await verify()).ok).toBe(true)
      advance(6.1)
    }
  })

  it('does not count a request that is refused for another reason', async () => {
    const { verify, counted, keyring, record } = await setUp([hourly(5)])
    await keyring.update(record.id, { allowedIps: ['192.0.2.0/24'] })
    await verify({ ip: '198.51.100.1' })
    await verify()
    await verify({ ip: '192.0.2.1', scopes: ['b'] })
    await keyring.disable(record.id)
    await verify({ ip: '192.0.2.1' })
    expect(await counted('hour', 3600)).toBe(0)
  })

  it('continues across a rotation: the new key gets no new quota', async () => {
    const { verify, keyring, record } = await setUp([hourly(1)])
    await verify()
    const rotated = await keyring.rotate(record.id, { graceSeconds: 60 })
    expect(await keyring.verify(rotated!.key)).toMatchObject({ denial: { code: 'rate_limited' } })
  })

  it('cannot be larger than the points of the limiter', async () => {
    const store = createMemoryStore()
    const { key } = await setUp([hourly(100)], { store })
    const limiter = new RateLimiterMemory({ points: 3, duration: 1 })
    const keyring = createKeyring({ store, prefix: 'acme', limiter, clock: () => start })
    const results = await Promise.all(Array.from({ length: 10 }, () => keyring.verify(key)))
    expect(passed(results)).toBe(3)
    expect(results[0]).toMatchObject({ limits: [{ quota: 3, remaining: 2 }] })
    await expect(setUp([hourly(4)], { limiter })).rejects.toMatchObject({ code: 'ERR_CONFIG_KEYRING' })
  })
})

describe('several limits', () => {
  it('count a request in all limits or in none', async () => {
    const { verify, counted } = await setUp([hourly(10), daily(2)])
    for (let time = 0; time < 6; time += 1) await verify()
    expect(await counted('hour', 3600)).toBe(2)
    expect(await counted('day', 86_400)).toBe(2)
  })

  it('return the point of the earlier limit when the later one refuses', async () => {
    const { verify, keyring, record } = await setUp([hourly(3), daily(1)])
    expect((await verify()).ok).toBe(true)
    for (let time = 0; time < 5; time += 1) expect((await verify()).ok).toBe(false)
    await keyring.update(record.id, { limits: [hourly(3), daily(10)] })
    expect(passed([await verify(), await verify(), await verify()])).toBe(2)
  })

  it('accept exactly the smaller quota under concurrency, and keep no more points', async () => {
    const { verify, counted } = await setUp([hourly(100), daily(50)])
    expect(passed(await Promise.all(Array.from({ length: 500 }, () => verify())))).toBe(50)
    expect(await counted('hour', 3600)).toBe(50)
    expect(await counted('day', 86_400)).toBe(50)
  })

  it('never accept more than a quota, in any order of responses', async () => {
    const memory = new RateLimiterMemory({ points: 1_000_000, duration: 1 })
    const limiter: Limiter = {
      async consume(...args) {
        await pause()
        const result = await memory.consume(...args)
        await pause()
        return result
      },
      async reward(...args) {
        await pause()
        return memory.reward(...args)
      },
    }
    const { verify } = await setUp([hourly(20, 'a'), hourly(15, 'b'), hourly(30, 'c')], { limiter })
    let total = 0
    for (let round = 0; round < 5; round += 1) {
      total += passed(await Promise.all(Array.from({ length: 40 }, () => verify())))
      expect(total).toBeLessThanOrEqual(15)
    }
    expect(total).toBe(15)
  })

  it('return a point to its own window, never to the next', async () => {
    const rewarded: string[] = []
    const inner = new RateLimiterMemory({ points: 1_000_000, duration: 1 })
    const limiter: Limiter = {
      consume: (key, points, options) => inner.consume(key, points, options),
      reward: (key, points, options) => {
        rewarded.push(key)
        return inner.reward(key, points, options)
      },
    }
    const { verify, record } = await setUp([hourly(10), daily(1)], { limiter })
    await verify()
    await verify()
    expect(rewarded).toHaveLength(2)
    expect(rewarded[0]).toBe(`${record.id}:hour:3600:${windowIndex}`)
  })

  it('return no point that a limiter refused without counting', async () => {
    const reward = vi.fn<NonNullable<Limiter['reward']>>()
    const blocked: Limiter = { consume: () => Promise.reject({ consumedPoints: 0, msBeforeNext: 1000 }), reward } // oxlint-disable-line prefer-promise-reject-errors -- how the library refuses
    const { verify } = await setUp([hourly(10), daily(10)], { limiter: blocked })
    expect(await verify()).toMatchObject({ denial: { code: 'rate_limited' } })
    expect(reward).not.toHaveBeenCalled()
  })
})

describe('a limiter that fails', () => {
  it('refuses with 503 by default, and logs the reason', async () => {
    const { verify, logger } = await setUp([hourly(1)], { limiter: failing })
    expect(await verify()).toMatchObject({
      ok: false,
      denial: {
        status: 503,
        code: 'store_unavailable',
        retryAfterSeconds: 5,
        cause: { code: 'ERR_STORE_UNAVAILABLE' },
      },
    })
    expect(logger.error).toHaveBeenCalledWith(expect.stringContaining('ECONNREFUSED'))
  })

  it('accepts with onLimiterError allow, and logs the reason', async () => {
    const { verify, logger } = await setUp([hourly(1)], { limiter: failing, onLimiterError: 'allow' })
    expect(await verify()).toMatchObject({ ok: true, limits: [] })
    expect(logger.error).toHaveBeenCalledOnce()
  })

  it('is limited to timeoutMs', async () => {
    const hanging: Limiter = { ...failing, consume: () => new Promise(() => {}) }
    const { verify } = await setUp([hourly(1)], { limiter: hanging, timeoutMs: 20 })
    expect(await verify()).toMatchObject({ denial: { status: 503 } })
  })

  it('is awaited once, also for an accepted key with several limits', async () => {
    const consume = vi.fn<Limiter['consume']>(() => new Promise(() => {}))
    const limiter: Limiter = { ...failing, consume }
    const limits = [hourly(1, 'a'), hourly(1, 'b'), hourly(1, 'c')]
    const { verify } = await setUp(limits, { limiter, timeoutMs: 20, onLimiterError: 'allow' })
    expect(await verify()).toMatchObject({ ok: true, limits: [] })
    expect(consume).toHaveBeenCalledOnce()
  })

  it('returns the points of the limits that it counted before', async () => {
    const inner = new RateLimiterMemory({ points: 1_000_000, duration: 1 })
    const limiter: Limiter = {
      consume: (key, points, options) =>
        key.includes(':day:') ? failing.consume(key, points, options) : inner.consume(key, points, options),
      reward: (key, points, options) => inner.reward(key, points, options),
    }
    const { verify, record } = await setUp([hourly(10), daily(10)], { limiter })
    expect(await verify()).toMatchObject({ denial: { status: 503 } })
    await vi.waitFor(async () =>
      expect(await inner.get(`${record.id}:hour:3600:${windowIndex}`)).toMatchObject({ consumedPoints: 0 }),
    )
  })

  it('does not affect keys without limits', async () => {
    expect((await (await setUp([], { limiter: failing })).verify()).ok).toBe(true)
  })

  it('is not optional for keys with limits: a keyring without a limiter refuses them', async () => {
    const store = createMemoryStore()
    const { key } = await setUp([hourly(1)], { store })
    const logger = { error: vi.fn<(message: string) => void>() }
    const without = createKeyring({ store, prefix: 'acme', logger, clock: () => start })
    expect(await without.verify(key)).toMatchObject({ denial: { status: 503 } })
    expect(logger.error).toHaveBeenCalledWith(expect.stringContaining('no limiter'))
  })
})

describe('a custom limiter', () => {
  it('needs only consume for keys with one limit', async () => {
    let count = 0
    const limiter: Limiter = { consume: async () => ({ consumedPoints: (count += 1) }) }
    const { verify } = await setUp([hourly(2)], { limiter })
    expect(passed([await verify(), await verify(), await verify()])).toBe(2)
    await expect(setUp([hourly(2), daily(2)], { limiter })).rejects.toMatchObject({ code: 'ERR_CONFIG_KEYRING' })
  })

  it.each([undefined, null, {}, { consumedPoints: undefined }, { consumedPoints: Number.NaN }, { remainingPoints: 5 }])(
    'refuses if the result is %j',
    async (answer) => {
      // @ts-expect-error -- not what a limiter answers
      const { verify, logger } = await setUp([hourly(2)], { limiter: { consume: async () => answer } })
      expect(await verify()).toMatchObject({ ok: false, denial: { status: 503 } })
      expect(logger.error).toHaveBeenCalledWith(
        expect.stringContaining('The limiter failed: it returned no consumedPoints'),
      )
    },
  )
})

describe('limits of a key', () => {
  it.each<[string, readonly KeyLimit[]]>([
    ['a quota of 0', [hourly(0)]],
    ['a fraction', [hourly(1.5)]],
    ['two of one name', [hourly(1), daily(1), hourly(2)]],
    ['a name with a colon', [hourly(1, 'a:b')]],
    ['a window of 0', [{ name: 'a', quota: 1, windowSeconds: 0 }]],
    ['a window longer than a timer', [{ name: 'a', quota: 1, windowSeconds: 2_592_000 }]],
    ['eleven', Array.from({ length: 11 }, (_, index) => hourly(1, `l${index}`))],
  ])('cannot be %s', async (_name, limits) => {
    await expect(setUp(limits)).rejects.toMatchObject({ code: 'ERR_KEY_VALUE' })
  })
})
