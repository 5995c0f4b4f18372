import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '../../src/clock.ts'

/** Creates a clock on which everything takes a `speed`th of the time. */
export function createFastClock(speed: number): Clock {
  const startedAtMs = Date.now()
  return {
    nowMs: () => startedAtMs + (performance.timeOrigin + performance.now() - startedAtMs) * speed,
    sleep: (ms) => delay(ms / speed),
  }
}
