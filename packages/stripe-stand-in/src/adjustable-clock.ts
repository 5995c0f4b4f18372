/** The time in the stand-in. It runs with the outside time, and tests can put it forward but not back. */
export interface AdjustableClock {
  /** Returns the time in the stand-in. */
  now(): Date
  /** Returns the outside time, which `advance` does not change. */
  outsideNow(): Date
  /** Puts the time in the stand-in forward. */
  advance(seconds: number): void
}

/** Creates a clock that starts at the outside time. */
export function createAdjustableClock(outsideNow: () => Date = () => new Date()): AdjustableClock {
  let aheadMs = 0
  return {
    now: () => new Date(outsideNow().getTime() + aheadMs),
    outsideNow,
    advance(seconds) {
      // A Date holds whole milliseconds.
      aheadMs += Math.round(seconds * 1000)
    },
  }
}

/** Converts an instant to whole seconds since 1970, the unit of Stripe's bodies. */
export function toUnixSeconds(instant: Date): number {
  return Math.floor(instant.getTime() / 1000)
}
