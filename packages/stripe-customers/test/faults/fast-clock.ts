import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '../../src/index.ts'

const speed = 20

/** A clock that runs twenty times as fast as the world, so that leases, waits and the pace take little of a test's time. */
export const fastClock: Clock = {
  nowMs: () => performance.now() * speed,
  sleep: (ms) => delay(ms / speed),
}
