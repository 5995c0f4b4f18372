import { setImmediate } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { createPace, type Pace } from '../../src/stripe/pace.ts'
import type { Timing } from '../../src/timing.ts'

/** Creates timing in which time passes only while everyone waits for it. */
function createVirtualTiming() {
  const sleepers: { atMs: number; resolve: () => void }[] = []
  let nowMs = 0
  const timing: Timing = {
    clock: () => new Date(nowMs),
    sleep: (ms) => new Promise<void>((resolve) => sleepers.push({ atMs: nowMs + ms, resolve })),
  }
  return {
    ...timing,
    nowMs: () => nowMs,
    async runUntilIdle() {
      for (await setImmediate(); sleepers.length > 0; await setImmediate()) {
        sleepers.sort((a, b) => b.atMs - a.atMs)
        const next = sleepers.pop()!
        nowMs = next.atMs
        next.resolve()
      }
    },
  }
}

/** Creates the timing of a process that stalls for `stallMs` every three seconds: timers that end meanwhile end afterwards. */
function withStalls({ clock, sleep }: Timing, stallMs: number, offsetMs: number): Timing {
  return {
    clock,
    async sleep(ms) {
      await sleep(ms)
      const sinceStallMs = (clock().getTime() + offsetMs) % 3000
      if (sinceStallMs < stallMs) await sleep(stallMs - sinceStallMs)
    },
  }
}

/** Creates Stripe's limit: a bucket of one second's calls that fills steadily. */
function createBucket(nowMs: () => number, perSecond: number): () => boolean {
  let tokens = perSecond
  let filledAtMs = nowMs()
  return () => {
    tokens = Math.min(perSecond, tokens + ((nowMs() - filledAtMs) / 1000) * perSecond)
    filledAtMs = nowMs()
    if (tokens < 1) return false
    tokens -= 1
    return true
  }
}

interface Plan {
  readonly processes: number
  readonly perSecond: number
  readonly calls: number
  readonly latencyMs: number
  readonly stallMs: number
}

async function shareRate({ processes, perSecond, calls, latencyMs, stallMs }: Plan) {
  const timing = createVirtualTiming()
  const isAllowed = createBucket(timing.nowMs, perSecond)
  let begun = 0
  let refused = 0
  const work = async ({ sleep }: Timing, pace: Pace): Promise<number> => {
    let accepted = 0
    while (begun < calls) {
      begun += 1
      await pace.take()
      while (!isAllowed()) {
        refused += 1
        pace.limited(null)
        await pace.take()
      }
      await sleep(latencyMs)
      pace.succeeded()
      accepted += 1
    }
    return accepted
  }
  const groups = Array.from({ length: processes }, (_, index) => {
    const own = withStalls(timing, stallMs, index * 700)
    const pace = createPace(own)
    return Array.from({ length: 24 }, () => work(own, pace))
  })
  await timing.runUntilIdle()
  const accepted = await Promise.all(groups.map(async (workers) => sum(await Promise.all(workers))))
  return {
    shareOfLimit: calls / (timing.nowMs() / 1000) / perSecond,
    shareRefused: refused / (calls + refused),
    smallestFairShare: Math.min(...accepted) / (calls / processes),
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
])('$processes processes that stall for $stallMs ms share $perSecond calls per second', async (plan) => {
  const result = await shareRate({ ...plan, calls: 10_000, latencyMs: 200 })
  expect(result.shareOfLimit).toBeGreaterThan(0.98)
  expect(result.shareRefused).toBeLessThan(0.025)
  expect(result.smallestFairShare).toBeGreaterThan(0.5)
})
