import { describe, expect, it } from 'vitest'
import type { Clock } from './clock.ts'
import { createPace } from './pace.ts'

/** A clock that stands still but for what is slept. */
function createTestClock(): Clock & { advance(ms: number): void } {
  let nowMs = 1_000_000
  return {
    nowMs: () => nowMs,
    sleep: async (ms) => {
      nowMs += ms
    },
    advance: (ms) => {
      nowMs += ms
    },
  }
}

const NEVER = Number.POSITIVE_INFINITY

describe('createPace', () => {
  it('lets the first call go at once and spaces those that follow', async () => {
    const clock = createTestClock()
    const pace = createPace(clock)
    const startMs = clock.nowMs()
    const turns: number[] = []
    for (let call = 0; call < 4; call += 1) {
      expect(await pace.take(NEVER)).toBe(0)
      turns.push(clock.nowMs() - startMs)
    }
    // The first two come together: a late timer's 50 ms are made up for.
    expect(turns).toEqual([0, 0, 50, 100])
  })

  it('never lets more calls through in a second than are allowed, whatever the pauses between', async () => {
    const clock = createTestClock()
    const pace = createPace(clock)
    clock.advance(60_000)
    const startMs = clock.nowMs()
    let calls = 0
    while (clock.nowMs() - startMs < 1000) {
      await pace.take(NEVER)
      calls += 1
    }
    expect(calls).toBeLessThanOrEqual(pace.perSecond() + 2)
  })

  it('refuses a turn after the deadline and says how far away it is, without using it up', async () => {
    const clock = createTestClock()
    const pace = createPace(clock)
    pace.limited(5000)
    const deadlineMs = clock.nowMs() + 1000
    expect(await pace.take(deadlineMs)).toBe(5000)
    expect(await pace.take(deadlineMs)).toBe(5000)
    expect(pace.waitMs()).toBe(5000)
  })

  it('refuses a turn that was slept through: the process was suspended', async () => {
    const clock = createTestClock()
    const late: Clock = { nowMs: () => clock.nowMs(), sleep: async (ms) => clock.advance(ms + 60_000) }
    const pace = createPace(late)
    await pace.take(NEVER)
    await pace.take(NEVER)
    expect(await pace.take(clock.nowMs() + 30_000)).toBeGreaterThan(0)
  })

  it('stops for as long as Stripe asks', async () => {
    const clock = createTestClock()
    const pace = createPace(clock)
    await pace.take(NEVER)
    const startMs = clock.nowMs()
    pace.limited(3000)
    await pace.take(NEVER)
    expect(clock.nowMs() - startMs).toBe(3000)
  })

  it('does not shorten a pause because of a shorter one', () => {
    const pace = createPace(createTestClock())
    pace.limited(3000)
    pace.limited(1000)
    expect(pace.waitMs()).toBe(3000)
  })

  it('speeds up with every answer until the first refusal, then slowly', () => {
    const pace = createPace(createTestClock())
    for (let answers = 0; answers < 20; answers += 1) pace.succeeded()
    expect(pace.perSecond()).toBe(40)
    pace.limited(null)
    const reduced = pace.perSecond()
    expect(reduced).toBeCloseTo(34)
    for (let answers = 0; answers < 20; answers += 1) pace.succeeded()
    expect(pace.perSecond()).toBeCloseTo(reduced + 0.2)
  })

  it('counts refusals that come together once, and later ones again', () => {
    const clock = createTestClock()
    const pace = createPace(clock)
    for (let refusals = 0; refusals < 24; refusals += 1) pace.limited(null)
    expect(pace.perSecond()).toBeCloseTo(17)
    clock.advance(500)
    pace.limited(null)
    expect(pace.perSecond()).toBeCloseTo(17 * 0.85)
  })

  it('stays between one and a thousand calls a second', () => {
    const clock = createTestClock()
    const slow = createPace(clock)
    for (let refusals = 0; refusals < 100; refusals += 1) {
      clock.advance(1000)
      slow.limited(null)
    }
    expect(slow.perSecond()).toBe(1)
    const fast = createPace(clock)
    for (let answers = 0; answers < 5000; answers += 1) fast.succeeded()
    expect(fast.perSecond()).toBe(1000)
  })
})
