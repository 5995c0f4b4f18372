import type { RateLimit, Refusal } from '../../guard/denial.ts'
import type { KeyRecord } from '../model/key-record.ts'
import { withTimeout } from './with-timeout.ts'

/** The result of a limiter. */
export interface LimiterResult {
  /** Points consumed in the window so far, including this call. */
  readonly consumedPoints: number
}

/**
 * Counts requests. Every limiter of `rate-limiter-flexible` fits. Its own `points` are an upper bound for every key, so set them to
 * at least the largest quota. Its `duration` is not used.
 */
export interface Limiter {
  readonly points?: number
  /** Rejects with a {@link LimiterResult} when it refuses, and with an `Error` when it fails. */
  consume(key: string, points: number, options: { readonly customDuration: number }): Promise<LimiterResult>
  /** Returns points. Keys with several limits need it. */
  reward?(key: string, points: number, options: { readonly customDuration: number }): Promise<unknown>
  /** As `limitTime` of a store. */
  limitTime?(timeoutMs: number): void
}

/** Whether keys with limits are accepted while the limiter fails. */
export type OnLimiterError = 'deny' | 'allow'

/** Whether the limits of a key allow a request. */
export type LimitDecision = { readonly ok: true; readonly limits: readonly RateLimit[] } | Refusal

/** The longest window. A limiter in memory uses a timer, and a timer can run for at most 2^31 ms. */
export const maximumWindowSeconds = 2_000_000

// The clocks of two processes differ. A counter must outlast its window for the process that is behind.
const clockToleranceSeconds = 60

export interface LimitGateOptions {
  readonly limiter: Limiter | undefined
  readonly onLimiterError: OnLimiterError
  readonly timeoutMs: number
  /** Reports an error, and refuses the request. */
  readonly fail: (cause: unknown) => Refusal
}

/** The arguments of a call to a limiter. */
type Call = Parameters<Limiter['consume']>

/** Returns the points that are consumed, and whether the limiter refused. */
async function consume(limiter: Limiter, call: Call): Promise<[number, boolean]> {
  let isRefused = false
  const result: unknown = await limiter.consume(...call).catch((error: unknown) => {
    if (error instanceof Error) throw error
    isRefused = true
    return error
  })
  const consumed: unknown = Reflect.get(Object(result), 'consumedPoints')
  // NaN would compare as below every quota.
  if (typeof consumed === 'number' && consumed >= 0) return [consumed, isRefused]
  throw new TypeError('its result has no numeric consumedPoints')
}

/**
 * Creates the function that applies the limits of a key. Either all limits count a request, or none does.
 *
 * Each limit counts in fixed windows aligned to the clock, and the window is part of the counter's name. So a point that is returned
 * late goes to its own window, and never adds to the next quota.
 *
 * The limits are asked one after the other. The first that refuses ends it, and the points of the others are returned. An accepted
 * request keeps its point, so a counter is never below the number of accepted requests, and the quota cannot be exceeded. While a
 * point is being returned, another request can be refused that would have had room a moment later.
 */
export function createLimitGate(options: LimitGateOptions) {
  const { limiter, onLimiterError, timeoutMs, fail } = options
  const limit = <Result>(work: () => Promise<Result>) => withTimeout(timeoutMs, 'The limiter', work)

  async function returnPoints(taken: readonly Call[]): Promise<void> {
    await Promise.all(taken.map((call) => limit(async () => limiter?.reward?.(...call)).catch(fail)))
  }

  return async ({ id: keyId, limits: keyLimits }: KeyRecord, now: Date): Promise<LimitDecision> => {
    if (keyLimits.length === 0) return { ok: true, limits: [] }
    if (limiter === undefined) return fail(new TypeError('The key has limits, and the keyring no limiter'))
    const seconds = now.getTime() / 1000
    const taken: Call[] = []
    const limits: RateLimit[] = []

    for (const { name, quota: asked, windowSeconds } of keyLimits) {
      const quota = Math.min(asked, limiter.points ?? asked)
      const window = Math.floor(seconds / windowSeconds)
      const call: Call = [
        `${keyId}:${name}:${windowSeconds}:${window}`,
        1,
        { customDuration: windowSeconds + clockToleranceSeconds },
      ]
      try {
        // oxlint-disable-next-line no-await-in-loop -- a limit that refuses makes the next ones unnecessary
        const [consumed, isRefused] = await limit(() => consume(limiter, call))
        // A limiter that blocks in memory refuses without counting, and reports 0.
        if (consumed > 0) taken.push(call)
        const resetSeconds = (window + 1) * windowSeconds - seconds
        limits.push({ name, quota, windowSeconds, remaining: Math.max(0, quota - consumed), resetSeconds })
        if (isRefused || consumed > quota) {
          // The point of a single limit stays: returning it could not free room within this window.
          // oxlint-disable-next-line no-await-in-loop -- the last step before the return
          if (keyLimits.length > 1) await returnPoints(taken)
          return {
            ok: false,
            denial: { status: 429, code: 'rate_limited', retryAfterSeconds: resetSeconds, limits, keyId },
          }
        }
      } catch (cause) {
        const failure = fail(cause)
        // The other limits are skipped: a caller should not wait for ten timeouts.
        if (onLimiterError === 'allow') break
        // Not awaited, because the caller has already waited for one timeout.
        void returnPoints(taken)
        return failure
      }
    }
    return { ok: true, limits }
  }
}
