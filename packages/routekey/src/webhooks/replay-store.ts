import { RoutekeyError } from '../errors.ts'

/**
 * Remembers the attempts to send a webhook. A normal retry is a new attempt with a new timestamp, and passes. A copy of a captured
 * attempt is refused.
 *
 * `remember` must check and write in one atomic step, such as `SET … NX PXAT` in Redis or `insert … on conflict do nothing` in SQL.
 * Otherwise a copy could pass between the check and the write.
 */
export interface ReplayStore {
  /**
   * Remembers an attempt until `expiresAt`. Later it is refused for its age.
   *
   * @returns false if it was remembered before
   */
  remember(attempt: string, expiresAt: Date): boolean | Promise<boolean>
}

export interface MemoryReplayStoreOptions {
  /** How many unexpired attempts it can hold. Default 100,000, about 30 MB. */
  readonly maxAttempts?: number
  /** Default the system's clock. */
  readonly clock?: () => Date
}

/**
 * Creates a replay store in memory, for an application that runs in one process. Several processes need a shared store. If it is
 * full, it refuses new attempts and does not forget old ones. It only gets attempts with a valid signature.
 *
 * `remember` throws `ERR_WEBHOOK_REPLAYS` if the store is full.
 *
 * @example
 * import { createMemoryReplayStore, envWebhook } from 'routekey/webhooks'
 *
 * const verifier = envWebhook('PARTNER_WEBHOOK_SECRET', { replayStore: createMemoryReplayStore() })
 */
export function createMemoryReplayStore(options: MemoryReplayStoreOptions = {}): ReplayStore {
  const { maxAttempts = 100_000, clock = () => new Date() } = options
  const attempts = new Map<string, number>()
  // No attempt expires before this time, so a full store need not be searched until then.
  let nothingExpiresBefore = 0

  function dropExpired(now: number): void {
    if (now < nothingExpiresBefore) return
    nothingExpiresBefore = Infinity
    for (const [attempt, expiresAt] of attempts) {
      if (expiresAt <= now) attempts.delete(attempt)
      else nothingExpiresBefore = Math.min(nothingExpiresBefore, expiresAt)
    }
  }

  return {
    remember(attempt, expiresAt) {
      const now = clock().getTime()
      const known = attempts.get(attempt)
      if (known !== undefined && known > now) return false
      if (attempts.size >= maxAttempts) dropExpired(now)
      if (attempts.size >= maxAttempts) {
        throw new RoutekeyError(
          'ERR_WEBHOOK_REPLAYS',
          `The replay store is full: it holds ${maxAttempts} attempts that have not expired. Raise maxAttempts, or keep attempts in Redis or SQL.`,
        )
      }
      attempts.set(attempt, expiresAt.getTime())
      nothingExpiresBefore = Math.min(nothingExpiresBefore, expiresAt.getTime())
      return true
    },
  }
}
