import type { Clock } from './clock.ts'

/** The pace of the calls to Stripe, learnt from its answers. One for each engine, shared by all that it does. */
export type Pace = {
  /** Waits for the next call's turn. Gives 0 when it has come, or how long it still is when it would come too late. */
  take(deadlineMs: number): Promise<number>
  /** Gives how long a call would have to wait now, in milliseconds. */
  waitMs(): number
  /** Records an answer that was not a rate limit. */
  succeeded(): void
  /** Records a rate limit, and for how long Stripe asks to stop. */
  limited(retryAfterMs: number | null): void
  /** Gives the calls a second that are allowed at present. */
  perSecond(): number
}

const INITIAL_PER_SECOND = 20
const MIN_PER_SECOND = 1
const MAX_PER_SECOND = 1000
/** Late timers are made up for by at most this much. */
const CATCH_UP_MS = 50
/** Refusals that come together have one cause and count once. */
const DECREASE_PAUSE_MS = 500
const DECREASE = 0.85
/** Calls a second added with each answer: until the first refusal the pace doubles about every second. */
const FAST_INCREASE = 1
const SLOW_INCREASE = 0.01

/**
 * Creates a pace with additive increase and multiplicative decrease, as in TCP: Stripe tells its limit only by refusing,
 * and other processes share it.
 */
export function createPace(clock: Clock): Pace {
  let perSecond = INITIAL_PER_SECOND
  let increase = FAST_INCREASE
  let nextAtMs = Number.NEGATIVE_INFINITY
  let decreasedAtMs = Number.NEGATIVE_INFINITY

  return {
    async take(deadlineMs) {
      const nowMs = clock.nowMs()
      const turnMs = Math.max(nextAtMs, nowMs - CATCH_UP_MS)
      if (turnMs > deadlineMs) return turnMs - nowMs
      nextAtMs = turnMs + 1000 / perSecond
      if (turnMs > nowMs) await clock.sleep(turnMs - nowMs)
      // The process may have been suspended meanwhile.
      return clock.nowMs() > deadlineMs ? 1 : 0
    },
    waitMs: () => Math.max(0, nextAtMs - clock.nowMs()),
    succeeded() {
      perSecond = Math.min(MAX_PER_SECOND, perSecond + increase)
    },
    limited(retryAfterMs) {
      const nowMs = clock.nowMs()
      if (retryAfterMs !== null) nextAtMs = Math.max(nextAtMs, nowMs + retryAfterMs)
      if (nowMs - decreasedAtMs < DECREASE_PAUSE_MS) return
      decreasedAtMs = nowMs
      increase = SLOW_INCREASE
      perSecond = Math.max(MIN_PER_SECOND, perSecond * DECREASE)
    },
    perSecond: () => perSecond,
  }
}
