import { setTimeout as delay } from 'node:timers/promises'

/** Passes the time. Only durations are taken from it: the instants that matter are the database's. */
export interface Clock {
  /** Milliseconds since the epoch. */
  nowMs(): number
  /** Resolves after `ms` milliseconds. */
  sleep(ms: number): Promise<void>
}

/**
 * The system's clock. Not the monotonic one: that stands still while a laptop sleeps or a serverless function is frozen,
 * and a lease does not.
 */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  sleep: (ms) => delay(ms),
}
