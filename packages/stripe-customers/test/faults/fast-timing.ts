import { setTimeout as delay } from 'node:timers/promises'
import type { Timing } from '../../src/timing.ts'

const speed = 20
const startedAtMs = Date.now()

/** Time that runs 20 times as fast as real time, so that leases, waits and the pace take little of a test's time. */
export const fastTiming: Timing = {
  clock: () => new Date(startedAtMs + performance.now() * speed),
  sleep: (ms, signal) => delay(ms / speed, undefined, signal === undefined ? {} : { signal }),
}
