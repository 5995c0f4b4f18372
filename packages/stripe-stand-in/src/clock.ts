/** A clock that runs with the wall and can be put forward, never back. */
export interface Clock {
  /** Gives the stand-in's present instant in milliseconds since the epoch. */
  nowMs(): number
  /** Gives the stand-in's present instant in whole seconds, as Stripe's bodies carry it. */
  nowSeconds(): number
  /** Gives the instant of the world outside, which `advance` does not move. */
  wallMs(): number
  /** Puts the stand-in's clock forward by `seconds`. */
  advance(seconds: number): void
}

/**
 * Creates the stand-in's clock.
 *
 * @param wall the instant of the world outside; the system's clock by default
 */
export function createClock(wall: () => Date = () => new Date()): Clock {
  let aheadMs = 0
  const nowMs = () => wall().getTime() + aheadMs
  return {
    nowMs,
    nowSeconds: () => Math.floor(nowMs() / 1000),
    wallMs: () => wall().getTime(),
    advance(seconds) {
      // Instants are stored in whole milliseconds.
      aheadMs += Math.round(seconds * 1000)
    },
  }
}
