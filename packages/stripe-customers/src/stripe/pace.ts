import type { Timing } from '../timing.ts'

/** The pace of the calls to Stripe, learned from its responses. All calls of one engine share it. */
export interface Pace {
  /**
   * Waits for the next call's turn.
   *
   * @param deadline the latest instant for the turn; default: none
   * @returns 0 when the turn has come, or how many milliseconds away it is when it would come after the deadline
   */
  take(deadline?: Date): Promise<number>
  /** Returns how long a call would have to wait now, in milliseconds. */
  waitMs(): number
  /** Records a response that is not a rate limit. It speeds the calls up if the pace is what limits them. */
  succeeded(): void
  /** Records a rate limit, and for how long Stripe asks to stop. */
  limited(retryAfterMs: number | null): void
  /** Returns the calls per second that are allowed at present. */
  perSecond(): number
}

const initialPerSecond = 10
const minPerSecond = 1
const maxPerSecond = 1000
/** Late timers are made up for by this much, even if no call waited. */
const catchUpMs = 50
/**
 * Turns that calls were waiting for while the process stalled are made up for by at most this much, which is what Stripe's
 * bucket of one second's calls has gathered meanwhile. Time in which no call waited is not made up for.
 */
const maxCatchUpMs = 1000
/** If turns come later than this, something other than the pace limits the calls, and responses say nothing about the pace. */
const onTimeMs = 100
/** Calls per second added with each response until the first refusal: the pace doubles more than once a second. */
const fastIncrease = 1
/**
 * What each response adds after that, times the square root of the pace. A slower process grows by a greater share, so all
 * processes converge, and none takes most of the rate and leaves it unused when it stalls. Together with `decrease` it makes
 * about 1 % refusals.
 */
const slowIncrease = 0.0014
/** After this many responses without a refusal the growth itself grows: another process may have left its share. */
const steadyResponses = 150
/** Refusals that come together have one cause and count once. */
const decreasePauseMs = 500
/** A single refusal means that the pace is hardly too fast. */
const decrease = 0.93
/** The most that is given up at once, because responses arrive later than refusals by Stripe's latency. */
const maxDecrease = 0.5

/**
 * Creates a pace that grows with every response and shrinks with refusals, by the share of calls that Stripe refused. Stripe
 * reveals its limit only by refusing, and other processes share it.
 */
export function createPace({ clock, sleep }: Timing): Pace {
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

  const readMs = () => clock().getTime()
  const waitMs = () => Math.max(0, nextAtMs - readMs()) + (waiting * 1000) / perSecond

  const awaitTurn = async (calledAtMs: number, deadlineMs: number): Promise<number> => {
    for (;;) {
      const nowMs = readMs()
      // The process may have been suspended meanwhile.
      if (nowMs > deadlineMs) return 1
      if (nextAtMs > deadlineMs) return nextAtMs - nowMs
      if (nextAtMs <= nowMs) {
        isOnTime = nowMs - nextAtMs <= onTimeMs
        nextAtMs = Math.max(nextAtMs, calledAtMs - catchUpMs, nowMs - maxCatchUpMs) + 1000 / perSecond
        return 0
      }
      // Clocks and timers count whole milliseconds.
      await sleep(Math.ceil(nextAtMs - nowMs))
    }
  }

  return {
    async take(deadline) {
      const calledAtMs = readMs()
      const deadlineMs = deadline?.getTime() ?? Number.POSITIVE_INFINITY
      const expectedMs = waitMs()
      // At least 1, because 0 means that the turn has come, and the deadline may have passed without any wait.
      if (calledAtMs + expectedMs > deadlineMs) return Math.max(1, expectedMs)
      // Calls queue up and none knows its turn in advance, so a refusal also slows down those that wait already.
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
      const slow = Math.sqrt(perSecond) * slowIncrease * Math.max(1, accepted / steadyResponses)
      perSecond = Math.min(maxPerSecond, perSecond + (isFast ? fastIncrease : slow))
    },
    limited(retryAfterMs) {
      const nowMs = readMs()
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
