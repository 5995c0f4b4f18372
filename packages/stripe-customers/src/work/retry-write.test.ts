import { describe, expect, it } from 'vitest'
import { createDatabaseError } from '../errors.ts'
import { record } from './retry-write.ts'

function createTestClock() {
  const slept: number[] = []
  let nowMs = 0
  return {
    slept,
    nowMs: () => nowMs,
    sleep: async (ms: number) => {
      slept.push(ms)
      nowMs += ms
    },
  }
}

const unavailable = createDatabaseError('UNAVAILABLE', 'complete', 'connection refused', null)

/** A write that fails with each error in turn before it succeeds. */
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

describe('record', () => {
  it('repeats a write while the database is unavailable, ever more slowly', async () => {
    const clock = createTestClock()
    const errors = Array.from({ length: 7 }, () => unavailable)
    expect(await record(clock, 30_000, createWrite(...errors).write)).toBe('written')
    expect(clock.slept).toEqual([100, 200, 400, 800, 1600, 2000, 2000])
  })

  it('gives up before the lease ends', async () => {
    const clock = createTestClock()
    const { write } = createWrite(...Array.from({ length: 100 }, () => unavailable))
    await expect(record(clock, 5000, write)).rejects.toBe(unavailable)
    expect(clock.nowMs()).toBeLessThan(5000)
  })

  it.each([
    createDatabaseError('REFUSED', 'complete', 'permission denied', null),
    new TypeError('a fault of the engine’s own'),
  ])('does not repeat what would fail again: %s', async (error) => {
    const clock = createTestClock()
    const { write, calls } = createWrite(error)
    await expect(record(clock, 30_000, write)).rejects.toBe(error)
    expect(calls()).toBe(1)
    expect(clock.slept).toEqual([])
  })

  it('tries once even when the lease has ended: the database knows whether it is another’s', async () => {
    expect(await record(createTestClock(), -1, createWrite().write)).toBe('written')
  })
})
