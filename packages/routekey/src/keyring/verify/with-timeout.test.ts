import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import { RoutekeyError } from '../../errors.ts'
import { withTimeout } from './with-timeout.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const run = <Result>(work: () => Promise<Result>) => withTimeout(2000, 'The key store', work)
const fail = async () => {
  throw new Error('away')
}
const unavailable = { code: 'ERR_STORE_UNAVAILABLE' }

it('starts no timer for work that is done at once', async () => {
  const setTimer = vi.spyOn(globalThis, 'setTimeout')
  expect(await run(async () => 'found')).toBe('found')
  expect(await run(async () => undefined)).toBeUndefined()
  expect(setTimer).not.toHaveBeenCalled()
})

it('leaves no timer behind when work fails, at once or later', async () => {
  const failing: (() => Promise<void>)[] = [
    fail,
    () => {
      throw new Error('away')
    },
    async () => {
      await Promise.resolve().then(() => undefined)
      await fail()
    },
  ]
  for (const work of failing) {
    await expect(run(work)).rejects.toMatchObject({ ...unavailable, message: expect.stringContaining('away') })
    expect(vi.getTimerCount()).toBe(0)
  }
})

it('waits for work that takes longer, and leaves no timer behind', async () => {
  const result = run(() => new Promise<string>((resolve) => setTimeout(() => resolve('late'), 1999)))
  await vi.advanceTimersByTimeAsync(1999)
  expect(await result).toBe('late')
  expect(vi.getTimerCount()).toBe(0)
})

it('rejects when the time is over, and ignores how the work ends', async () => {
  const result = run(() => new Promise((_resolve, reject) => setTimeout(() => reject(new Error('late')), 2001)))
  const failure = result.catch((error: unknown) => error)
  await vi.advanceTimersByTimeAsync(2000)
  expect(await failure).toBeInstanceOf(RoutekeyError)
  expect(await failure).toMatchObject({
    ...unavailable,
    message: expect.stringContaining('no response within 2000 ms'),
  })
  await vi.advanceTimersByTimeAsync(10)
})

it('takes a result that is not a promise, as JavaScript can return', async () => {
  // @ts-expect-error -- not a promise
  expect(await run(() => null)).toBeNull()
})
