import { describe, expect, it } from 'vitest'
import { StripeCustomersError } from '../errors.ts'
import { retryWhileLeased } from './retry-while-leased.ts'

const leaseMs = 30_000

function createTestTiming() {
  const sleeps: number[] = []
  let nowMs = 1_000_000
  return {
    sleeps,
    clock: () => new Date(nowMs),
    sleep: async (ms: number) => {
      sleeps.push(ms)
      nowMs += ms
    },
  }
}

const unavailable = new StripeCustomersError('ERR_STRIPE_CUSTOMERS_DATABASE_UNAVAILABLE', 'connection refused')

/** Creates a write that fails with each error in turn before it succeeds. */
function createWrite(...errors: Error[]): { write: () => Promise<string>; calls: () => number } {
  let calls = 0
  return {
    calls: () => calls,
    write: async () => {
      calls += 1
      const error = errors[calls - 1]
      if (error !== undefined) throw error
      return 'written'
    },
  }
}

function addMs(date: Date, ms: number): Date {
  return new Date(date.getTime() + ms)
}

describe('retryWhileLeased', () => {
  it('repeats a write with growing delays while the database is unavailable', async () => {
    const timing = createTestTiming()
    const { write } = createWrite(...Array.from({ length: 7 }, () => unavailable))
    expect(await retryWhileLeased(timing, addMs(timing.clock(), leaseMs), write)).toBe('written')
    expect(timing.sleeps).toEqual([100, 200, 400, 800, 1600, 2000, 2000])
  })

  it('gives up before the lease expires', async () => {
    const timing = createTestTiming()
    const leaseExpiresAt = addMs(timing.clock(), 5000)
    const { write } = createWrite(...Array.from({ length: 100 }, () => unavailable))
    await expect(retryWhileLeased(timing, leaseExpiresAt, write)).rejects.toBe(unavailable)
    expect(timing.clock().getTime()).toBeLessThan(leaseExpiresAt.getTime())
  })

  it.each([
    new StripeCustomersError('ERR_STRIPE_CUSTOMERS_DATABASE_REFUSED', 'permission denied'),
    new TypeError('a bug in the engine'),
  ])('does not repeat a write that would fail again: %s', async (error) => {
    const timing = createTestTiming()
    const { write, calls } = createWrite(error)
    await expect(retryWhileLeased(timing, addMs(timing.clock(), leaseMs), write)).rejects.toBe(error)
    expect(calls()).toBe(1)
    expect(timing.sleeps).toEqual([])
  })

  it('tries once even if the lease has expired, because the database knows whether another worker has the row', async () => {
    const timing = createTestTiming()
    expect(await retryWhileLeased(timing, addMs(timing.clock(), -1), createWrite().write)).toBe('written')
  })
})
