import { randomUUID } from 'node:crypto'

import { expect } from 'vitest'

import type { StoredLimiter } from '../../src/stores/postgres.ts'

/** Calls every method of a limiter with 1 point, and checks the results. */
export async function useEveryLimiterMethod(limiter: StoredLimiter): Promise<void> {
  const [key, day] = [randomUUID(), { customDuration: 86_400 }]
  expect(await limiter.consume(key, 1, day)).toMatchObject({ consumedPoints: 1 })
  await expect(limiter.consume(key, 1, day)).rejects.toMatchObject({ consumedPoints: 2 })
  expect(await limiter.reward(key, 1)).toMatchObject({ consumedPoints: 1 })
  expect(await limiter.consumeAll([{ key, quota: 1, ...day }], 1)).toEqual([1])
  expect(await limiter.consumeAll([{ key: randomUUID(), quota: 1, ...day }], 1)).toEqual([0])
  expect(await limiter.get(key)).toMatchObject({ consumedPoints: 1 })
  expect(await limiter.delete(key)).toBe(true)
  expect(await limiter.get(key)).toBeNull()
}
