import { describe, expect, it } from 'vitest'
import type { Clock } from '../clock.ts'
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

const never = Number.POSITIVE_INFINITY

describe('createPace', () => {
  it('lets the first call go at once and spaces those that follow', async () => {
    const clock = createTestClock()
    const pace = createPace(clock)
    const startMs = clock.nowMs()
    const turns: number[] = []
    for (let call = 0; call < 4; call += 1) {
      expect(await pace.take(never)).toBe(0)
      turns.push(clock.nowMs() - startMs)
    }
    // The second comes early: the 50 ms of a late timer are made up for.
    expect(turns).toEqual([0, 50, 150, 250])
  })

  it('never lets more calls through in a second than are allowed, whatever the pauses between', async () => {
    const clock = createTestClock()
    const pace = createPace(clock)
    clock.advance(60_000)
    const startMs = clock.nowMs()
    let calls = 0
    while (clock.nowMs() - startMs < 1000) {
      await pace.take(never)
      calls += 1
    }
    expect(calls).toBeLessThanOrEqual(pace.perSecond() + 2)
  })

  it.each([
    { stalledMs: 400, madeUpFor: 3 },
    { stalledMs: 1000, madeUpFor: 9 },
    { stalledMs: 60_000, madeUpFor: 10 },
  ])('makes up for $madeUpFor turns of calls that waited while the process stalled for $stalledMs ms', async (row) => {
    const clock = createTestClock()
    const pace = createPace(clock)
    await pace.take(never)
    await pace.take(never)
    let turnsAtOnce = 0
    const turns = Array.from({ length: 30 }, async () => {
      await pace.take(never)
      if (clock.nowMs() === resumedAtMs) turnsAtOnce += 1
    })
    clock.advance(row.stalledMs)
    const resumedAtMs = clock.nowMs()
    await Promise.all(turns)
    expect(turnsAtOnce).toBe(row.madeUpFor)
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

  it('refuses a turn when the deadline has passed already, even if nobody waits', async () => {
    const clock = createTestClock()
    const pace = createPace(clock)
    expect(await pace.take(clock.nowMs() - 1)).toBeGreaterThan(0)
    clock.advance(60_000)
    expect(await pace.take(clock.nowMs() - 1)).toBeGreaterThan(0)
    expect(pace.waitMs()).toBe(0)
  })

  it('refuses a turn that was slept through: the process was suspended', async () => {
    const clock = createTestClock()
    const late: Clock = { nowMs: () => clock.nowMs(), sleep: async (ms) => clock.advance(ms + 60_000) }
    const pace = createPace(late)
    await pace.take(never)
    await pace.take(never)
    // A turn that nobody had to sleep for.
    expect(await pace.take(clock.nowMs() + 30_000)).toBe(0)
    expect(await pace.take(clock.nowMs() + 30_000)).toBeGreaterThan(0)
  })

  it('stops for as long as Stripe asks', async () => {
    const clock = createTestClock()
    const pace = createPace(clock)
    await pace.take(never)
    const startMs = clock.nowMs()
    pace.limited(3000)
    await pace.take(never)
    expect(clock.nowMs() - startMs).toBe(3000)
  })

  it('does not shorten a pause because of a shorter one', () => {
    const pace = createPace(createTestClock())
    pace.limited(3000)
    pace.limited(1000)
    expect(pace.waitMs()).toBe(3000)
  })

  it('makes those wait longer that wait already when Stripe refuses', async () => {
    const clock = createTestClock()
    const pace = createPace(clock)
    await pace.take(never)
    const startMs = clock.nowMs()
    const turns = Promise.all([pace.take(never), pace.take(startMs + 60_000), pace.take(startMs + 1000)])
    pace.limited(3000)
    const [first, second, third] = await turns
    expect([first, second]).toEqual([0, 0])
    expect(clock.nowMs() - startMs).toBeGreaterThanOrEqual(3000)
    expect(third).toBeGreaterThan(0)
  })

  it('counts those that wait into how long another would have to', async () => {
    const pace = createPace(createTestClock())
    await pace.take(never)
    const turns = Array.from({ length: 5 }, () => pace.take(never))
    expect(pace.waitMs()).toBe(550)
    await Promise.all(turns)
  })

  it('does not speed up while turns come late, because something else bounds the calls', async () => {
    const clock = createTestClock()
    const pace = createPace(clock)
    await pace.take(never)
    clock.advance(1000)
    await pace.take(never)
    for (let answers = 0; answers < 30; answers += 1) pace.succeeded()
    expect(pace.perSecond()).toBe(10)
    for (let turn = 0; turn < 3; turn += 1) await pace.take(never)
    for (let answers = 0; answers < 30; answers += 1) pace.succeeded()
    expect(pace.perSecond()).toBe(40)
  })

  it('speeds up with every answer until the first refusal, then slowly', () => {
    const pace = createPace(createTestClock())
    for (let answers = 0; answers < 30; answers += 1) pace.succeeded()
    expect(pace.perSecond()).toBe(40)
    pace.limited(null)
    const reduced = pace.perSecond()
    expect(reduced).toBeCloseTo(40 * 0.93)
    for (let answers = 0; answers < 100; answers += 1) pace.succeeded()
    expect(Math.sqrt(pace.perSecond())).toBeCloseTo(Math.sqrt(reduced) + 0.07, 4)
  })

  it('speeds up by a greater share the slower it is, so that processes come to the same pace', () => {
    const [slow, fast] = [2, 32].map((perSecond) => {
      const pace = createPace(createTestClock())
      while (pace.perSecond() < perSecond) pace.succeeded()
      pace.limited(null)
      const before = pace.perSecond()
      pace.succeeded()
      return pace.perSecond() / before - 1
    })
    expect(slow! / fast!).toBeGreaterThan(1.5)
  })

  it('speeds up more and more the longer nothing is refused', () => {
    const pace = createPace(createTestClock())
    pace.limited(null)
    const growth = Array.from({ length: 4 }, () => {
      const before = pace.perSecond()
      for (let answers = 0; answers < 300; answers += 1) pace.succeeded()
      return pace.perSecond() / before
    })
    expect(growth).toEqual(growth.toSorted((a, b) => a - b))
    expect(growth.at(-1)! - 1).toBeGreaterThan(3 * (growth[0]! - 1))
  })

  it('counts refusals that come together once, and later ones again', () => {
    const clock = createTestClock()
    const pace = createPace(clock)
    pace.limited(null)
    for (let refusals = 0; refusals < 24; refusals += 1) pace.limited(null)
    expect(pace.perSecond()).toBeCloseTo(9.3)
    clock.advance(500)
    pace.limited(null)
    expect(pace.perSecond()).toBeCloseTo(9.3 * 0.93 * 0.5)
  })

  it('gives up the share that Stripe refused', () => {
    const clock = createTestClock()
    const pace = createPace(clock)
    pace.limited(null)
    for (let answers = 0; answers < 7; answers += 1) pace.succeeded()
    pace.limited(null)
    clock.advance(500)
    const before = pace.perSecond()
    pace.limited(null)
    expect(pace.perSecond()).toBeCloseTo(before * 0.93 * (8 / 9))
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
