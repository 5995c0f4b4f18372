import type { RateLimit, Refusal } from '../../guard/denial.ts'
import type { KeyRecord } from '../model/key-record.ts'
import type { RequiredScopes } from '../model/scopes.ts'
import { withTimeout } from './with-timeout.ts'

/** The result of a limiter. */
export interface LimiterResult {
  /** Points consumed in the window so far, including this call. */
  readonly consumedPoints: number
}

/** A counter of one limit of a key, in one window. */
export interface LimitCounter {
  readonly key: string
  /** The most points that it can have. */
  readonly quota: number
  /** How many seconds it is kept. */
  readonly customDuration: number
}

/**
 * Counts requests. Every limiter of `rate-limiter-flexible` fits. Its own `points` are an upper bound for every key, so set them to
 * at least the largest quota. Its `duration` is not used.
 */
export interface Limiter {
  readonly points?: number
  /** Rejects with a {@link LimiterResult} when it refuses, and with an `Error` when it fails. */
  consume(key: string, points: number, options: { readonly customDuration: number }): Promise<LimiterResult>
  /**
   * Returns points. Keys with several limits need it. Without it, the points of a refused request count until the window ends.
   */
  reward?(key: string, points: number, options: { readonly customDuration: number }): Promise<unknown>
  /**
   * Adds points to all counters, or to none if one of them would then have more than its quota, and returns the points that each had
   * before. The keyring calls it in place of `consume` and `reward`.
   */
  readonly consumeAll?: (counters: readonly LimitCounter[], points: number) => Promise<readonly number[]>
  /** As `limitTime` of a store. */
  limitTime?(timeoutMs: number): void
}

/**
 * A request that counts in the limits of its key. A store that shares its database with the limiter can count in the same call. It must
 * do so only for a key that passes all other checks.
 */
export interface KeyUse {
  readonly limiter: Limiter
  /** How many points the request counts. */
  readonly cost: number
  readonly scopes: RequiredScopes<string>
}

/** Whether keys with limits are accepted while the limiter fails. */
export type OnLimiterError = 'deny' | 'allow'

/** Whether the limits of a key allow a request. */
export type LimitDecision = { readonly ok: true; readonly limits: readonly RateLimit[] } | Refusal

/** The longest window. A limiter in memory uses a timer, and a timer can run for at most 2^31 ms. */
export const maximumWindowSeconds = 2_000_000

// The clocks of two processes differ. A counter must outlast its window for the process that is behind.
const clockToleranceSeconds = 60

/**
 * Creates the function that applies the limits of a key. Either all limits count a request, or none does.
 *
 * Each limit counts in fixed windows aligned to the clock, and the window is part of the counter's name. So a point that is returned
 * late goes to its own window, and never adds to the next quota.
 *
 * Without `consumeAll`, the limits are asked one after the other. The first that refuses ends it, and all points are returned. An
 * accepted request keeps its points, so a counter is never below those of the accepted requests, and the quota cannot be exceeded.
 * While points are being returned, another request can be refused that would have had room a moment later.
 *
 * @param fail Reports an error, and refuses the request.
 */
export function createLimitGate(
  limiter: Limiter | undefined,
  onLimiterError: OnLimiterError,
  timeoutMs: number,
  fail: (cause: unknown) => Refusal,
) {
  const limit = <Result>(work: () => Promise<Result>) => withTimeout(timeoutMs, 'The limiter', work)

  const returnPoints = (counters: readonly LimitCounter[], points: number) =>
    Promise.all(
      counters.map((counter) => limit(async () => limiter?.reward?.(counter.key, points, counter)).catch(fail)),
    )

  /**
   * @param charged Points of the cost that an earlier guard of the same request counted.
   * @param usedPoints As in {@link FoundKey}, if the store has counted.
   */
  return async (
    { id: keyId, limits: keyLimits }: KeyRecord,
    now: Date,
    cost: number,
    charged: number,
    usedPoints: readonly number[] | undefined,
  ): Promise<LimitDecision> => {
    if (keyLimits.length === 0) return { ok: true, limits: [] }
    if (!limiter) return fail(new TypeError('The keyring has no limiter'))
    const seconds = now.getTime() / 1000
    const counters = keyLimits.map(({ name, quota, windowSeconds }) => ({
      key: `${keyId}:${name}:${windowSeconds}:${Math.floor(seconds / windowSeconds)}`,
      customDuration: windowSeconds + clockToleranceSeconds,
      name,
      quota: Math.min(quota, limiter.points ?? quota),
      windowSeconds,
      resetSeconds: windowSeconds - (seconds % windowSeconds),
    }))
    if (counters.some(({ quota }) => cost > quota)) {
      return { ok: false, denial: { status: 429, code: 'cost_above_quota', keyId } }
    }

    const points = cost - charged
    const taken: LimitCounter[] = []
    const used: number[] = []
    try {
      if (usedPoints) used.push(...usedPoints)
      else if (limiter.consumeAll) {
        used.push(...(await limit(async () => limiter.consumeAll?.(counters, points) ?? [])))
      } else {
        for (const counter of counters) {
          // oxlint-disable-next-line no-await-in-loop -- a limit that refuses makes the next ones unnecessary
          const before = await limit(async () => {
            let isRefused = false
            const result: unknown = await limiter.consume(counter.key, points, counter).catch((error: unknown) => {
              if (error instanceof Error) throw error
              isRefused = true
              return error
            })
            const consumed: unknown = Reflect.get(Object(result), 'consumedPoints')
            // NaN would compare as below every quota.
            if (!(typeof consumed === 'number' && consumed >= 0)) throw new TypeError('it returned no consumedPoints')
            // A limiter that blocks in memory refuses without counting, and reports 0.
            if (consumed > 0) taken.push(counter)
            return isRefused && consumed <= counter.quota ? counter.quota : consumed - points
          })
          used.push(before)
          if (before + points > counter.quota) break
        }
      }
    } catch (cause) {
      const failure = fail(cause)
      // The other limits are skipped: a caller should not wait for ten timeouts.
      if (onLimiterError === 'allow') return { ok: true, limits: [] }
      // Not awaited, because the caller has already waited for one timeout.
      void returnPoints(taken, points)
      return failure
    }
    // Without this request.
    const limits = counters.slice(0, used.length).map(({ key: _key, customDuration: _duration, ...rate }, index) => ({
      ...rate,
      remaining: Math.max(0, rate.quota - (used[index] ?? NaN) + charged),
    }))
    if (limits.length === counters.length && limits.every(({ remaining }) => remaining >= cost)) {
      return { ok: true, limits: limits.map((rate) => ({ ...rate, remaining: rate.remaining - cost })) }
    }
    await returnPoints(taken, points)
    if (charged > 0) await returnPoints(counters, charged)
    const waits = limits.map(({ remaining, resetSeconds }) => (remaining < cost ? resetSeconds : 0))
    const retryAfterSeconds = Math.max(...waits)
    return { ok: false, denial: { status: 429, code: 'rate_limited', retryAfterSeconds, limits, keyId } }
  }
}
