import { randomUUID } from 'node:crypto'

import { describe, expect, it } from 'vitest'

import type { LimiterCount, StoredLimiter } from '../src/stores/postgres.ts'

/** Long enough that no window ends during a test. */
const day = { customDuration: 86_400 }

const count = (consumedPoints: number, remainingPoints: number) => ({
  consumedPoints,
  remainingPoints,
  msBeforeNext: expect.any(Number),
})

/** Returns how many calls were accepted. Throws if one failed. */
async function countAccepted(calls: readonly Promise<unknown>[]): Promise<number> {
  const results = await Promise.allSettled(calls)
  for (const result of results) {
    if (result.status === 'rejected' && result.reason instanceof Error) throw result.reason
  }
  return results.filter(({ status }) => status === 'fulfilled').length
}

/**
 * Tests that a limiter in a database does what its interface says.
 *
 * @param open Opens a limiter with a connection of its own.
 */
export function limiterContract(client: string, open: (points?: number) => Promise<StoredLimiter>): void {
  describe(`the limiter with ${client}`, () => {
    it('counts points, and refuses above its own', async () => {
      const [limiter, key] = [await open(3), randomUUID()]
      expect(await limiter.consume(key, 1, day)).toEqual(count(1, 2))
      expect(await limiter.consume(key, 2, day)).toEqual(count(3, 0))
      await expect(limiter.consume(key, 1, day)).rejects.toEqual(count(4, 0))
      await expect(limiter.consume(key, 1, day)).rejects.not.toBeInstanceOf(Error)
      expect(await limiter.consume(`${key}2`, 1, day)).toEqual(count(1, 2))
    })

    it('accepts exactly its points of 500 concurrent calls over four clients', async () => {
      const [limiters, key] = [await Promise.all([open(100), open(100), open(100), open(100)]), randomUUID()]
      const calls = Array.from({ length: 500 }, (_, index) => limiters[index % 4]!.consume(key, 1, day))
      expect(await countAccepted(calls)).toBe(100)
      expect(await limiters[0].get(key)).toEqual(count(500, 0))
    })

    it('adds points to all of several counters or to none, and returns what each had before', async () => {
      const [limiter, [wide, narrow]] = [await open(), [randomUUID(), randomUUID()]]
      const counters = [
        { key: wide, quota: 50, ...day },
        { key: narrow, quota: 10, ...day },
      ]
      expect(await limiter.consumeAll(counters, 4)).toEqual([0, 0])
      expect(await limiter.consumeAll(counters, 6)).toEqual([4, 4])
      for (const order of [counters, counters.toReversed()]) {
        expect(await limiter.consumeAll(order, 1)).toEqual([10, 10])
      }
      expect(await limiter.get(wide)).toMatchObject({ consumedPoints: 10 })
      expect(await limiter.get(narrow)).toMatchObject({ consumedPoints: 10 })
      expect(await limiter.consumeAll(counters.slice(0, 1), 40)).toEqual([10])
      expect(await limiter.consumeAll(counters, 1)).toEqual([50, 10])
      await expect(limiter.consumeAll(counters, 0)).rejects.toMatchObject({ code: 'ERR_CONFIG_KEYRING' })
    })

    it('adds exactly the quota of concurrent calls with different points, and waits for no lock in a circle', async () => {
      const limiters = await Promise.all([open(), open(), open(), open()])
      const keys = [randomUUID(), randomUUID(), randomUUID()]
      const counters = keys.map((key, index) => ({ key, quota: 100 + index * 50, ...day }))
      const points = Array.from({ length: 500 }, (_, index) => [1, 7, 30, 1][index % 4]!)
      const before = await Promise.all(
        points.map((cost, index) =>
          limiters[index % 4]!.consumeAll(index % 3 === 0 ? counters.toReversed() : counters, cost),
        ),
      )
      const added = points.filter((cost, index) => Math.max(...before[index]!) + cost <= 100)
      expect(added.reduce((sum, cost) => sum + cost, 0)).toBe(100)
      for (const key of keys) expect(await limiters[0].get(key)).toMatchObject({ consumedPoints: 100 })
    })

    it('starts again when the window ends, which refused calls do not delay', async () => {
      const [limiter, key] = [await open(1), randomUUID()]
      const second = { customDuration: 1 }
      const left = [(await limiter.consume(key, 1, second)).msBeforeNext]
      let restarted: LimiterCount | null = null
      while (restarted === null) {
        const [result] = await Promise.allSettled([limiter.consume(key, 1, second)])
        if (result.status === 'fulfilled') restarted = result.value
        else left.push(result.reason.msBeforeNext)
      }
      expect(restarted).toMatchObject({ consumedPoints: 1 })
      expect(left[0]).toBeLessThanOrEqual(1000)
      expect(left).toEqual(left.toSorted((one, other) => other - one))
    })

    it('returns points within the window, never below 0, and none to a counter that does not exist', async () => {
      const [limiter, key] = [await open(5), randomUUID()]
      expect(await limiter.reward(key, 1)).toBeNull()
      expect(await limiter.get(key)).toBeNull()
      await limiter.consume(key, 3, day)
      expect(await limiter.reward(key, 1)).toEqual(count(2, 3))
      expect(await limiter.reward(key, 9)).toEqual(count(0, 5))
      await expect(limiter.reward(key, -1)).rejects.toMatchObject({ code: 'ERR_CONFIG_KEYRING' })
    })

    it('reads and deletes a counter', async () => {
      const [limiter, key] = [await open(), randomUUID()]
      expect(await limiter.get(key)).toBeNull()
      expect(await limiter.delete(key)).toBe(false)
      await limiter.consume(key, 2, day)
      expect(await limiter.get(key)).toMatchObject({ consumedPoints: 2 })
      expect(await limiter.delete(key)).toBe(true)
      expect(await limiter.get(key)).toBeNull()
    })

    it.each([
      ['empty text', ''],
      ['NUL', '\0'],
      ['a lone surrogate', '\ud800'],
      ['SQL', "'; drop table limit_counter; --"],
      ['10,000 characters', 'é'.repeat(10_000)],
    ])('counts a name that ends with %s', async (_case, name) => {
      const [limiter, key] = [await open(), `${randomUUID()}${name}`]
      await limiter.consume(key, 1, day)
      expect(await limiter.consume(key, 1, day)).toMatchObject({ consumedPoints: 2 })
    })

    it.each([
      [0, 1],
      [-1, 1],
      [1.5, 1],
      [Number.NaN, 1],
      [1, 0],
      [1, Infinity],
    ])('rejects %d points for %d seconds', async (points, customDuration) => {
      const limiter = await open()
      await expect(limiter.consume('a', points, { customDuration })).rejects.toMatchObject({
        code: 'ERR_CONFIG_KEYRING',
      })
    })
  })
}
