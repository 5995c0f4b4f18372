import type { RateLimit } from '../../guard/denial.ts'
import type { KeyLimit } from '../model/key-record.ts'
import { withTimeout } from './with-timeout.ts'

/** What a limiter tells when points were taken. */
export interface LimiterResult {
  /** Points taken in the window so far, these included. */
  readonly consumedPoints: number
}

/**
 * What counts. Every limiter of `rate-limiter-flexible` fits. Its own `points` are an upper bound for every key, so make them at
 * least as large as the largest quota; its `duration` is not used.
 */
export interface Limiter {
  readonly points?: number
  /** Rejects with a {@link LimiterResult} when it refuses, and with an `Error` when it fails. */
  consume(key: string, points: number, options: { readonly customDuration: number }): Promise<LimiterResult>
  /** Gives points back; keys with several limits need it. */
  reward?(key: string, points: number, options: { readonly customDuration: number }): Promise<unknown>
}

/** What to do for a key with limits while the limiter fails. */
export type OnLimiterError = 'deny' | 'allow'

/** How the limits of a key were applied. */
export type LimitDecision =
  | { readonly outcome: 'allowed'; readonly limits: readonly RateLimit[] }
  | { readonly outcome: 'refused'; readonly limits: readonly RateLimit[]; readonly retryAfterSeconds: number }
  | { readonly outcome: 'failed'; readonly cause: unknown }

/** The longest window. The counter in memory runs on a timer, and a timer ends at 2^31 ms. */
export const maximumWindowSeconds = 2_000_000

// The clocks of two processes differ; a counter must outlast its window for the one that is behind.
const clockToleranceSeconds = 60

/** What {@link createLimitGate} needs. */
export interface LimitGateOptions {
  readonly limiter: Limiter | undefined
  readonly onLimiterError: OnLimiterError
  readonly timeoutMs: number
  readonly report: (error: unknown) => void
}

interface Taken {
  readonly counter: string
  readonly customDuration: number
}

interface Consumption {
  readonly consumed: number
  readonly refused: boolean
  readonly counted: boolean
}

async function consume(limiter: Limiter, { counter, customDuration }: Taken): Promise<Consumption> {
  let result: unknown
  let refused = false
  try {
    result = await limiter.consume(counter, 1, { customDuration })
  } catch (error) {
    if (error instanceof Error) throw error
    result = error
    refused = true
  }
  const consumed = typeof result === 'object' && result !== null && 'consumedPoints' in result && result.consumedPoints
  // A count that is no number would compare as below every quota.
  if (typeof consumed !== 'number' || Number.isNaN(consumed)) throw new TypeError('It did not say what it counted')
  // A limiter that blocks in memory refuses without counting, and says 0.
  return { consumed, refused, counted: consumed > 0 }
}

/**
 * Creates what applies the limits of a key: all or none of them count a request.
 *
 * Each limit counts in fixed windows aligned to the clock, and the window is part of the counter's name. So a point given back
 * late goes to the window that it was taken from and never adds to the next quota.
 *
 * One limit after the other is asked, and the first that refuses ends it; what was taken is given back. Every admitted
 * request holds its point for good and every other for a moment at most, so a counter is never below the number of those
 * admitted: the quota cannot be exceeded. While a point is on its way back, another request may be refused that had room a
 * moment later.
 */
export function createLimitGate(options: LimitGateOptions) {
  const { limiter, onLimiterError, timeoutMs, report } = options

  async function giveBack(active: Limiter, taken: readonly Taken[]): Promise<void> {
    const work = taken.map(({ counter, customDuration }) =>
      withTimeout(timeoutMs, 'The limiter', async () => active.reward?.(counter, 1, { customDuration })),
    )
    for (const result of await Promise.allSettled(work)) if (result.status === 'rejected') report(result.reason)
  }

  return async (keyId: string, keyLimits: readonly KeyLimit[], now: Date): Promise<LimitDecision> => {
    if (limiter === undefined) {
      const cause = new TypeError('The key has limits and the keyring has no limiter')
      report(cause)
      return { outcome: 'failed', cause }
    }
    const seconds = now.getTime() / 1000
    const taken: Taken[] = []
    const limits: RateLimit[] = []

    for (const { name, quota: asked, windowSeconds } of keyLimits) {
      const quota = Math.min(asked, limiter.points ?? asked)
      const window = Math.floor(seconds / windowSeconds)
      const entry = {
        counter: `${keyId}:${name}:${windowSeconds}:${window}`,
        customDuration: windowSeconds + clockToleranceSeconds,
      }
      try {
        // oxlint-disable-next-line no-await-in-loop -- a limit that refuses spares those after it
        const { consumed, refused, counted } = await withTimeout(timeoutMs, 'The limiter', () =>
          consume(limiter, entry),
        )
        if (counted) taken.push(entry)
        const resetSeconds = (window + 1) * windowSeconds - seconds
        limits.push({ name, quota, windowSeconds, remaining: Math.max(0, quota - consumed), resetSeconds })
        if (refused || consumed > quota) {
          // The point of a single limit stays: nothing can free a place below the quota within this window.
          // oxlint-disable-next-line no-await-in-loop -- the last step before the return
          if (keyLimits.length > 1) await giveBack(limiter, taken)
          return { outcome: 'refused', limits, retryAfterSeconds: resetSeconds }
        }
      } catch (cause) {
        report(cause)
        if (onLimiterError === 'deny') {
          // Not waited for: the limiter is failing, and the caller has waited once.
          void giveBack(limiter, taken)
          return { outcome: 'failed', cause }
        }
        // The rest are not asked: ten limits would make the caller wait for ten times as long.
        break
      }
    }
    return { outcome: 'allowed', limits }
  }
}
