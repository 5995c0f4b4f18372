import { setTimeout as delay } from 'node:timers/promises'

/** How the engine reads the time and waits. Tests replace both. */
export interface Timing {
  /** Returns the present instant. Only differences between instants matter: the ones that are stored come from the database. */
  readonly clock: () => Date
  /** Resolves after `ms` milliseconds, or rejects when `signal` aborts. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>
}

/**
 * The system's time. Not its monotonic clock, which stops while a laptop sleeps or a serverless function is frozen: a lease
 * does not stop.
 */
export const systemTiming: Timing = {
  clock: () => new Date(),
  sleep: (ms, signal) => delay(ms, undefined, signal === undefined ? {} : { signal }),
}
