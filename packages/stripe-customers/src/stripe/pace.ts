import type { Clock } from '../clock.ts'

/** The pace of the calls to Stripe, learnt from its answers. One for each engine, shared by all that it does. */
export interface Pace {
  /** Waits for the next call's turn. Gives 0 when it has come, or how long it still is when it would come too late. */
  take(deadlineMs: number): Promise<number>
  /** Gives how long a call would have to wait now, in milliseconds. */
  waitMs(): number
  /** Records an answer that was not a rate limit. The pace grows by it if the pace is what bounds the calls. */
  succeeded(): void
  /** Records a rate limit, and for how long Stripe asks to stop. */
  limited(retryAfterMs: number | null): void
  /** Gives the calls a second that are allowed at present. */
  perSecond(): number
}

const initialPerSecond = 10
const minPerSecond = 1
const maxPerSecond = 1000
/** Late timers are made up for by this much, whoever was late. */
const catchUpMs = 50
/**
 * Turns that calls were waiting for when the process stalled are made up for by at most this much: what Stripe's bucket,
 * of one second's calls, has gathered meanwhile. Time in which no call waited is not made up for.
 */
const maxCatchUpMs = 1000
/** With turns that come later than this, something else than the pace bounds the calls, and answers say nothing about it. */
const onTimeMs = 100
/** Calls a second added with each answer: until the first refusal the pace doubles more than once a second. */
const fastIncrease = 1
/**
 * What each answer adds later on, times the square root of the pace: a slower process grows by a greater share, so that all
 * come to the same, and none takes most of the rate and leaves it unused when it stalls. With DECREASE it makes about 1 %
 * refusals.
 */
const slowIncrease = 0.0014
/** After this many answers without a refusal the growth itself grows: another process may have left its share. */
const steadyAnswers = 150
/** Refusals that come together have one cause and count once. */
const decreasePauseMs = 500
/** A single refusal means that the pace is hardly too fast. */
const decrease = 0.93
/** The most that is given up at once, because answers lag behind refusals by Stripe's latency. */
const maxDecrease = 0.5

/**
 * Creates a pace that grows with every answer and shrinks with refusals, by as much as the share of what Stripe refused:
 * Stripe tells its limit only by refusing, and other processes share it.
 */
export function createPace(clock: Clock): Pace {
  let perSecond = initialPerSecond
  let isFast = true
  let isOnTime = true
  let nextAtMs = Number.NEGATIVE_INFINITY
  let decreasedAtMs = Number.NEGATIVE_INFINITY
  /** Since the last decrease. */
  let accepted = 0
  let refused = 0
  let waiting = 0
  let lastTurn: Promise<unknown> = Promise.resolve()

  const waitMs = () => Math.max(0, nextAtMs - clock.nowMs()) + (waiting * 1000) / perSecond

  const awaitTurn = async (calledAtMs: number, deadlineMs: number): Promise<number> => {
    for (;;) {
      const nowMs = clock.nowMs()
      // The process may have been suspended meanwhile.
      if (nowMs > deadlineMs) return 1
      if (nextAtMs > deadlineMs) return nextAtMs - nowMs
      if (nextAtMs <= nowMs) {
        isOnTime = nowMs - nextAtMs <= onTimeMs
        nextAtMs = Math.max(nextAtMs, calledAtMs - catchUpMs, nowMs - maxCatchUpMs) + 1000 / perSecond
        return 0
      }
      await clock.sleep(nextAtMs - nowMs)
    }
  }

  return {
    async take(deadlineMs) {
      const calledAtMs = clock.nowMs()
      const expectedMs = waitMs()
      // At least 1, because 0 means that the turn has come, and the deadline may have passed without any wait.
      if (calledAtMs + expectedMs > deadlineMs) return Math.max(1, expectedMs)
      // Callers queue up and none knows its turn beforehand, so that a refusal slows down those that wait already.
      waiting += 1
      const turn = lastTurn.then(() => awaitTurn(calledAtMs, deadlineMs))
      lastTurn = turn
      try {
        return await turn
      } finally {
        waiting -= 1
      }
    },
    waitMs,
    succeeded() {
      accepted += 1
      if (!isOnTime) return
      const slow = Math.sqrt(perSecond) * slowIncrease * Math.max(1, accepted / steadyAnswers)
      perSecond = Math.min(maxPerSecond, perSecond + (isFast ? fastIncrease : slow))
    },
    limited(retryAfterMs) {
      const nowMs = clock.nowMs()
      if (retryAfterMs !== null) nextAtMs = Math.max(nextAtMs, nowMs + retryAfterMs)
      refused += 1
      if (nowMs - decreasedAtMs < decreasePauseMs) return
      const share = Math.min(1, (accepted + 1) / (accepted + refused))
      perSecond = Math.max(minPerSecond, perSecond * decrease * Math.max(maxDecrease, share))
      decreasedAtMs = nowMs
      isFast = false
      accepted = 0
      refused = 0
    },
    perSecond: () => perSecond,
  }
}
