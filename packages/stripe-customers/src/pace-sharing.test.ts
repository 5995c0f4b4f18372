import { setImmediate } from 'node:timers/promises'
import { expect, it } from 'vitest'
import type { Clock } from './clock.ts'
import { createPace } from './pace.ts'

/** A clock on which time passes only while everyone waits for it. */
function createVirtualClock(): Clock & { runUntilIdle(): Promise<void> } {
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

async function share(options: { processes: number; perSecond: number; calls: number; latencyMs: number }) {
  const clock = createVirtualClock()
  const take = createBucket(clock, options.perSecond)
  let begun = 0
  let refused = 0
  const work = async (pace: ReturnType<typeof createPace>) => {
    while (begun < options.calls) {
      begun += 1
      await pace.take(Number.POSITIVE_INFINITY)
      while (!take()) {
        refused += 1
        pace.limited(null)
        await pace.take(Number.POSITIVE_INFINITY)
      }
      await clock.sleep(options.latencyMs)
      pace.succeeded()
    }
  }
  const lanes = Array.from({ length: options.processes }, () => createPace(clock)).flatMap((pace) =>
    Array.from({ length: 24 }, () => work(pace)),
  )
  await clock.runUntilIdle()
  await Promise.all(lanes)
  return {
    ofAllowed: options.calls / (clock.nowMs() / 1000) / options.perSecond,
    ofRefused: refused / (options.calls + refused),
  }
}

it.each([
  { processes: 1, perSecond: 25 },
  { processes: 4, perSecond: 25 },
  { processes: 4, perSecond: 100 },
])('$processes processes share $perSecond calls a second', async ({ processes, perSecond }) => {
  const { ofAllowed, ofRefused } = await share({ processes, perSecond, calls: 10_000, latencyMs: 200 })
  expect(ofAllowed).toBeGreaterThan(0.95)
  expect(ofRefused).toBeLessThan(0.025)
})
