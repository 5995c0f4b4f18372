import { RateLimiterMemory } from 'rate-limiter-flexible'
import { describe, expect, it, vi } from 'vitest'

import {
  type KeyLimit,
  type KeyVerifierOptions,
  type KeyringOptions,
  type Limiter,
  authenticate,
  createKeyring,
  denialResponse,
} from '../../index.ts'
import { createMemoryStore } from '../../stores/memory.ts'

const start = new Date('2026-03-01T12:30:00.000Z')
const hourly = (quota: number): KeyLimit => ({ name: 'hour', quota, windowSeconds: 3600 })
const daily = (quota: number): KeyLimit => ({ name: 'day', quota, windowSeconds: 86_400 })

const memory = () => new RateLimiterMemory({ points: 1_000_000, duration: 1 })

/** A limiter that counts all or none by itself, as those in a database do. */
function atOnce(): Limiter {
  const counts = new Map<string, number>()
  return {
    consume: () => Promise.reject(new Error('never called')),
    reward: async (key, points) => void counts.set(key, (counts.get(key) ?? 0) - points),
    async consumeAll(counters, points) {
      const before = counters.map(({ key }) => counts.get(key) ?? 0)
      const fits = counters.every(({ quota }, index) => before[index]! + points <= quota)
      if (fits) for (const [index, { key }] of counters.entries()) counts.set(key, before[index]! + points)
      return before
    },
  }
}

async function setUp(
  limits: readonly KeyLimit[],
  limiter: Limiter,
  options: Partial<Omit<KeyringOptions, 'maximumKeysPerOwner'>> = {},
) {
  const keyring = createKeyring({
    store: createMemoryStore(),
    prefix: 'acme',
    clock: () => start,
    limiter,
    logger: { error: () => undefined },
    ...options,
  })
  const { key, record } = await keyring.create({ owner: 'ada', name: 'CI', limits, scopes: ['a'] })
  const ask = () => new Request('http://localhost/?rows=7', { headers: { 'x-api-key': key } })
  return {
    keyring,
    ask,
    verify: (cost?: number) => keyring.verify(key, cost === undefined ? {} : { cost }),
    guard: (request: Request, guardOptions: KeyVerifierOptions) =>
      authenticate(request, keyring.verifier(guardOptions)),
    usage: async () => {
      await keyring.flush()
      const [bucket] = (await keyring.usage({ id: record.id }, { unit: 'day', count: 1 })) ?? []
      return [bucket?.allowed, bucket?.refused]
    },
  }
}

const rowsOf = (request: Request) => Number(new URL(request.url).searchParams.get('rows'))

const remaining = (limits: readonly { readonly remaining: number }[]) => limits.map((limit) => limit.remaining)

describe.each([
  ['one limit after the other', memory],
  ['all limits at once', atOnce],
])('a cost, with a limiter that counts %s', (_name, open) => {
  it('counts in each limit, 1 by default', async () => {
    const { verify } = await setUp([hourly(10), daily(20)], open())
    const results = [await verify(4), await verify(), await verify(5)]
    expect(results.map((result) => result.ok && remaining(result.limits))).toEqual([
      [6, 16],
      [5, 15],
      [0, 10],
    ])
    expect(await verify()).toMatchObject({ ok: false, denial: { code: 'rate_limited' } })
  })

  it.each([
    ['a single limit', [hourly(10)]],
    ['the second of two', [daily(50), hourly(10)]],
    ['the first of two', [hourly(10), daily(50)]],
  ])('that does not fit in %s is refused whole, and counts nothing', async (_limits, limits) => {
    const { verify, usage } = await setUp(limits, open())
    await verify(6)
    for (let time = 0; time < 5; time += 1) {
      const result = await verify(5)
      expect(result).toMatchObject({ ok: false, denial: { code: 'rate_limited', retryAfterSeconds: 1800 } })
      const left = !result.ok && result.denial.code === 'rate_limited' ? result.denial.limits : []
      expect(left.find(({ name }) => name === 'hour')).toMatchObject({ remaining: 4 })
    }
    const fitting = await verify(4)
    expect(fitting).toMatchObject({ ok: true, limits: limits.map(({ quota }) => ({ remaining: quota - 10 })) })
    expect(await usage()).toEqual([2, 5])
  })

  it('never lets more points pass than the quota, and leaves room for each that fits', async () => {
    const { verify } = await setUp([hourly(100)], open())
    const costs = Array.from({ length: 500 }, (_, index) => [1, 7, 40, 3][index % 4]!)
    const results = await Promise.all(costs.map((cost) => verify(cost)))
    let sum = costs.filter((_, index) => results[index]!.ok).reduce((total, cost) => total + cost, 0)
    expect(sum).toBeLessThanOrEqual(100)
    while ((await verify()).ok) sum += 1
    expect(sum).toBe(100)
  })

  it('above a whole quota is a 429 that counts nothing and tells nobody to retry', async () => {
    const { verify, usage } = await setUp([daily(50), hourly(10)], open())
    const result = await verify(11)
    expect(result).toMatchObject({ ok: false, denial: { status: 429, code: 'cost_above_quota' } })
    if (result.ok) return
    const response = denialResponse(result.denial)
    expect(response.status).toBe(429)
    expect(response.headers.has('retry-after')).toBe(false)
    expect(await response.text()).toContain('Too many requests.')
    const whole = await verify(10)
    expect(whole.ok && remaining(whole.limits)).toEqual([40, 0])
    expect(await usage()).toEqual([1, 1])
  })

  it('is chosen by the verifier, also for each request, and the handler gets the rest of each limit', async () => {
    const { ask, guard } = await setUp([hourly(10)], open())
    const limit = { name: 'hour', quota: 10, windowSeconds: 3600, resetSeconds: 1800 }
    expect(await guard(ask(), { cost: 2 })).toMatchObject({
      caller: { limits: [{ ...limit, remaining: 8 }] },
      headers: { ratelimit: '"hour";r=8;t=1800', 'ratelimit-policy': '"hour";q=10;w=3600' },
    })
    expect(await guard(ask(), { cost: rowsOf })).toMatchObject({ caller: { limits: [{ ...limit, remaining: 1 }] } })
  })

  it.each([
    ['the lower one first', [1, 4, 2], [9, 6, 6]],
    ['the higher one first', [4, 1, 4], [6, 6, 6]],
  ])('of several guards on one request is the highest, with %s', async (_order, costs, left) => {
    const { ask, guard, usage } = await setUp([hourly(10)], open())
    const request = ask()
    for (const [index, cost] of costs.entries()) {
      expect(await guard(request, { cost })).toMatchObject({ caller: { limits: [{ remaining: left[index] }] } })
    }
    expect(await guard(ask(), {})).toMatchObject({ caller: { limits: [{ remaining: 5 }] } })
    expect(await usage()).toEqual([2, 0])
  })

  it('of several guards at the same time is the highest', async () => {
    const { ask, guard, verify } = await setUp([hourly(10)], open())
    const request = ask()
    const results = await Promise.all([1, 4, 2, 3].map((cost) => guard(request, { cost })))
    expect(results.every(({ ok }) => ok)).toBe(true)
    expect(await verify()).toMatchObject({ limits: [{ remaining: 5 }] })
  })

  it('of a further guard that does not fit refuses the request, and returns what the first counted', async () => {
    const { ask, guard, verify } = await setUp([hourly(10), daily(50)], open())
    await verify(5)
    for (let time = 0; time < 3; time += 1) {
      const request = ask()
      expect((await guard(request, {})).ok).toBe(true)
      expect(await guard(request, { cost: 6 })).toMatchObject({
        ok: false,
        denial: { code: 'rate_limited', limits: expect.arrayContaining([expect.objectContaining({ remaining: 5 })]) },
      })
      expect((await guard(request, {})).ok).toBe(false)
    }
    expect(await verify(5)).toMatchObject({ ok: true, limits: [{ remaining: 0 }, { remaining: 40 }] })
  })

  it('is not counted for a key that another check refuses', async () => {
    const { ask, guard, verify } = await setUp([hourly(10)], open())
    expect((await guard(ask(), { cost: 5, scopes: ['b'] })).ok).toBe(false)
    expect(await verify(10)).toMatchObject({ ok: true })
  })
})

describe('an invalid cost', () => {
  it.each([0, -1, 1.5, Number.NaN, Infinity, 2 ** 31])('%d is an error', async (cost) => {
    const { keyring, ask, guard, verify } = await setUp([hourly(10)], memory())
    const error = { code: 'ERR_CONFIG_KEYRING', message: expect.stringContaining('cost must be a whole number') }
    expect(() => keyring.verifier({ cost })).toThrow('cost must be a whole number')
    await expect(verify(cost)).rejects.toMatchObject(error)
    await expect(guard(ask(), { cost: () => cost })).rejects.toMatchObject(error)
    expect(await verify()).toMatchObject({ limits: [{ remaining: 9 }] })
  })
})

it('a limiter that refuses without counting leaves nothing, and no points are returned to it', async () => {
  const reward = vi.fn<NonNullable<Limiter['reward']>>()
  // oxlint-disable-next-line prefer-promise-reject-errors -- how the library refuses
  const blocked: Limiter = { consume: () => Promise.reject({ consumedPoints: 0, msBeforeNext: 1000 }), reward }
  const { verify } = await setUp([hourly(10)], blocked)
  expect(await verify(3)).toMatchObject({ ok: false, denial: { code: 'rate_limited', limits: [{ remaining: 0 }] } })
  expect(reward).not.toHaveBeenCalled()
})

it.each([
  ['too few counts', []],
  ['no numbers', [Number.NaN, Number.NaN]],
])('a limiter that returns %s lets nothing pass', async (_name, counts) => {
  const { verify } = await setUp([hourly(10), daily(10)], { ...atOnce(), consumeAll: async () => counts })
  expect((await verify()).ok).toBe(false)
})
