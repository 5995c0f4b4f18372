import { setImmediate } from 'node:timers/promises'
import { expect, it } from 'vitest'
import type { Clock } from '../clock.ts'
import { createPace } from './pace.ts'

type VirtualClock = Clock & { runUntilIdle(): Promise<void> }

/** Creates a clock on which time passes only while everyone waits for it. */
function createVirtualClock(): VirtualClock {
  const sleepers: { atMs: number; wake: () => void }[] = []
  let nowMs = 0
  return {
    nowMs: () => nowMs,
    sleep: (ms) => new Promise((wake) => sleepers.push({ atMs: nowMs + Math.max(ms, 0.01), wake })),
    async runUntilIdle() {
      for (await setImmediate(); sleepers.length > 0; await setImmediate()) {
        sleepers.sort((a, b) => b.atMs - a.atMs)
        const next = sleepers.pop()!
        nowMs = next.atMs
        next.wake()
      }
    },
  }
}

/** Gives a process that stalls for `stallMs` every three seconds: whatever should wake it then wakes it afterwards. */
function withStalls(clock: Clock, stallMs: number, offsetMs: number): Clock {
  return {
    nowMs: () => clock.nowMs(),
    async sleep(ms) {
      await clock.sleep(ms)
      const sinceStallMs = (clock.nowMs() + offsetMs) % 3000
      if (sinceStallMs < stallMs) await clock.sleep(stallMs - sinceStallMs)
    },
  }
}

/** Stripe's limit: a bucket of one second's calls, filled steadily. */
function createBucket(clock: Clock, perSecond: number): () => boolean {
  let tokens = perSecond
  let filledAtMs = clock.nowMs()
  return () => {
    tokens = Math.min(perSecond, tokens + ((clock.nowMs() - filledAtMs) / 1000) * perSecond)
    filledAtMs = clock.nowMs()
    if (tokens < 1) return false
    tokens -= 1
    return true
  }
}

interface Sharing {
  readonly processes: number
  readonly perSecond: number
  readonly calls: number
  readonly latencyMs: number
  readonly stallMs?: number
}

async function share({ processes, perSecond, calls, latencyMs, stallMs = 0 }: Sharing) {
  const clock = createVirtualClock()
  const take = createBucket(clock, perSecond)
  let begun = 0
  let refused = 0
  const work = async (own: Clock, pace: ReturnType<typeof createPace>) => {
    let accepted = 0
    while (begun < calls) {
      begun += 1
      await pace.take(Number.POSITIVE_INFINITY)
      while (!take()) {
        refused += 1
        pace.limited(null)
        await pace.take(Number.POSITIVE_INFINITY)
      }
      await own.sleep(latencyMs)
      pace.succeeded()
      accepted += 1
    }
    return accepted
  }
  const sharers = Array.from({ length: processes }, (_, index) => {
    const own = withStalls(clock, stallMs, index * 700)
    const pace = createPace(own)
    return Array.from({ length: 24 }, () => work(own, pace))
  })
  await clock.runUntilIdle()
  const accepted = await Promise.all(sharers.map(async (lanes) => sum(await Promise.all(lanes))))
  return {
    ofAllowed: calls / (clock.nowMs() / 1000) / perSecond,
    ofRefused: refused / (calls + refused),
    leastOfEqualShare: Math.min(...accepted) / (calls / processes),
  }
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

it.each([
  { processes: 1, perSecond: 25, stallMs: 0 },
  { processes: 4, perSecond: 25, stallMs: 0 },
  { processes: 4, perSecond: 100, stallMs: 0 },
  { processes: 1, perSecond: 25, stallMs: 600 },
  { processes: 4, perSecond: 25, stallMs: 600 },
  { processes: 4, perSecond: 25, stallMs: 1000 },
])('$processes processes that stall for $stallMs ms share $perSecond calls a second', async (options) => {
  const { ofAllowed, ofRefused, leastOfEqualShare } = await share({ ...options, calls: 10_000, latencyMs: 200 })
  expect(ofAllowed).toBeGreaterThan(0.98)
  expect(ofRefused).toBeLessThan(0.025)
  expect(leastOfEqualShare).toBeGreaterThan(0.5)
})
