import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '../../src/index.ts'

const SPEED = 20

/** A clock that runs twenty times as fast as the world, so that leases, waits and the pace take little of a test's time. */
export const fastClock: Clock = {
  nowMs: () => performance.now() * SPEED,
  sleep: (ms) => delay(ms / SPEED),
}
