import { describe, expect, it } from 'vitest'
import { createPace } from './pace.ts'

/** Creates timing whose clock moves only during sleeps. */
function createTestTiming() {
  let nowMs = 1_000_000
  return {
    nowMs: () => nowMs,
    /** The instant `ms` from now. */
    after: (ms: number) => new Date(nowMs + ms),
    clock: () => new Date(nowMs),
    sleep: async (ms: number) => {
      nowMs += ms
    },
    advance: (ms: number) => {
      nowMs += ms
    },
  }
}

describe('createPace', () => {
  it('lets the first call pass at once and spaces the following ones', async () => {
    const timing = createTestTiming()
    const pace = createPace(timing)
    const startMs = timing.nowMs()
    const turns: number[] = []
    for (let call = 0; call < 4; call += 1) {
      expect(await pace.take()).toBe(0)
      turns.push(timing.nowMs() - startMs)
    }
    // The second comes early, because 50 ms of a late timer are made up for.
    expect(turns).toEqual([0, 50, 150, 250])
  })

  it('never lets more calls pass in a second than are allowed, even after a pause', async () => {
    const timing = createTestTiming()
    const pace = createPace(timing)
    timing.advance(60_000)
    const startMs = timing.nowMs()
    let calls = 0
    while (timing.nowMs() - startMs < 1000) {
      await pace.take()
      calls += 1
    }
    expect(calls).toBeLessThanOrEqual(pace.perSecond() + 2)
  })

  it.each([
    { stalledMs: 400, madeUpFor: 3 },
    { stalledMs: 1000, madeUpFor: 9 },
    { stalledMs: 60_000, madeUpFor: 10 },
  ])('makes up for $madeUpFor turns that calls waited for while the process stalled for $stalledMs ms', async (row) => {
    const timing = createTestTiming()
    const pace = createPace(timing)
    await pace.take()
    await pace.take()
    let turnsAtOnce = 0
    const turns = Array.from({ length: 30 }, async () => {
      await pace.take()
      if (timing.nowMs() === resumedAtMs) turnsAtOnce += 1
    })
    timing.advance(row.stalledMs)
    const resumedAtMs = timing.nowMs()
    await Promise.all(turns)
    expect(turnsAtOnce).toBe(row.madeUpFor)
  })

  it('refuses a turn after the deadline and returns how far away it is, without using it up', async () => {
    const timing = createTestTiming()
    const pace = createPace(timing)
    pace.limited(5000)
    const deadline = timing.after(1000)
    expect(await pace.take(deadline)).toBe(5000)
    expect(await pace.take(deadline)).toBe(5000)
    expect(pace.waitMs()).toBe(5000)
  })

  it('refuses a turn if the deadline has passed, even if no call waits', async () => {
    const timing = createTestTiming()
    const pace = createPace(timing)
    expect(await pace.take(timing.after(-1))).toBeGreaterThan(0)
    timing.advance(60_000)
    expect(await pace.take(timing.after(-1))).toBeGreaterThan(0)
    expect(pace.waitMs()).toBe(0)
  })

  it('refuses a turn that came while the process was suspended', async () => {
    const timing = createTestTiming()
    const pace = createPace({ ...timing, sleep: async (ms) => timing.advance(ms + 60_000) })
    await pace.take()
    await pace.take()
    // A turn without a wait.
    expect(await pace.take(timing.after(30_000))).toBe(0)
    expect(await pace.take(timing.after(30_000))).toBeGreaterThan(0)
  })

  it('stops for as long as Stripe asks', async () => {
    const timing = createTestTiming()
    const pace = createPace(timing)
    await pace.take()
    const startMs = timing.nowMs()
    pace.limited(3000)
    await pace.take()
    expect(timing.nowMs() - startMs).toBe(3000)
  })

  it('does not replace a pause by a shorter one', () => {
    const pace = createPace(createTestTiming())
    pace.limited(3000)
    pace.limited(1000)
    expect(pace.waitMs()).toBe(3000)
  })

  it('makes waiting calls wait longer when Stripe refuses', async () => {
    const timing = createTestTiming()
    const pace = createPace(timing)
    await pace.take()
    const startMs = timing.nowMs()
    const turns = Promise.all([pace.take(), pace.take(timing.after(60_000)), pace.take(timing.after(1000))])
    pace.limited(3000)
    const [first, second, third] = await turns
    expect([first, second]).toEqual([0, 0])
    expect(timing.nowMs() - startMs).toBeGreaterThanOrEqual(3000)
    expect(third).toBeGreaterThan(0)
  })

  it('includes the waiting calls in the wait of the next one', async () => {
    const pace = createPace(createTestTiming())
    await pace.take()
    const turns = Array.from({ length: 5 }, () => pace.take())
    expect(pace.waitMs()).toBe(550)
    await Promise.all(turns)
  })

  it('does not speed up while turns come late, because something else limits the calls', async () => {
    const timing = createTestTiming()
    const pace = createPace(timing)
    await pace.take()
    timing.advance(1000)
    await pace.take()
    for (let responses = 0; responses < 30; responses += 1) pace.succeeded()
    expect(pace.perSecond()).toBe(10)
    for (let turn = 0; turn < 3; turn += 1) await pace.take()
    for (let responses = 0; responses < 30; responses += 1) pace.succeeded()
    expect(pace.perSecond()).toBe(40)
  })

  it('speeds up with every response until the first refusal, then slowly', () => {
    const pace = createPace(createTestTiming())
    for (let responses = 0; responses < 30; responses += 1) pace.succeeded()
    expect(pace.perSecond()).toBe(40)
    pace.limited(null)
    const reduced = pace.perSecond()
    expect(reduced).toBeCloseTo(40 * 0.93)
    for (let responses = 0; responses < 100; responses += 1) pace.succeeded()
    expect(Math.sqrt(pace.perSecond())).toBeCloseTo(Math.sqrt(reduced) + 0.07, 4)
  })

  it('speeds up by a greater share the slower it is, so that processes converge', () => {
    const [slow, fast] = [2, 32].map((perSecond) => {
      const pace = createPace(createTestTiming())
      while (pace.perSecond() < perSecond) pace.succeeded()
      pace.limited(null)
      const before = pace.perSecond()
      pace.succeeded()
      return pace.perSecond() / before - 1
    })
    expect(slow! / fast!).toBeGreaterThan(1.5)
  })

  it('speeds up faster the longer nothing is refused', () => {
    const pace = createPace(createTestTiming())
    pace.limited(null)
    const growth = Array.from({ length: 4 }, () => {
      const before = pace.perSecond()
      for (let responses = 0; responses < 300; responses += 1) pace.succeeded()
      return pace.perSecond() / before
    })
    expect(growth).toEqual(growth.toSorted((a, b) => a - b))
    expect(growth.at(-1)! - 1).toBeGreaterThan(3 * (growth[0]! - 1))
  })

  it('counts refusals that come together once, and later refusals again', () => {
    const timing = createTestTiming()
    const pace = createPace(timing)
    pace.limited(null)
    for (let refusals = 0; refusals < 24; refusals += 1) pace.limited(null)
    expect(pace.perSecond()).toBeCloseTo(9.3)
    timing.advance(500)
    pace.limited(null)
    expect(pace.perSecond()).toBeCloseTo(9.3 * 0.93 * 0.5)
  })

  it('slows down by the share that Stripe refused', () => {
    const timing = createTestTiming()
    const pace = createPace(timing)
    pace.limited(null)
    for (let responses = 0; responses < 7; responses += 1) pace.succeeded()
    pace.limited(null)
    timing.advance(500)
    const before = pace.perSecond()
    pace.limited(null)
    expect(pace.perSecond()).toBeCloseTo(before * 0.93 * (8 / 9))
  })

  it('stays between 1 and 1,000 calls per second', () => {
    const timing = createTestTiming()
    const slow = createPace(timing)
    for (let refusals = 0; refusals < 100; refusals += 1) {
      timing.advance(1000)
      slow.limited(null)
    }
    expect(slow.perSecond()).toBe(1)
    const fast = createPace(timing)
    for (let responses = 0; responses < 5000; responses += 1) fast.succeeded()
    expect(fast.perSecond()).toBe(1000)
  })
})
