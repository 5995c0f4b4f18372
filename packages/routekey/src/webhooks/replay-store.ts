import { RoutekeyError } from '../errors.ts'

/**
 * Remembers which messages came. An attempt to send is remembered, not the event: a sender that tries again after a failure
 * makes a new attempt with a new time, and gets through. Whoever sends a captured attempt once more does not.
 *
 * `remember` must decide and write in one step, such as `SET … NX PXAT` in Redis or `insert … on conflict do nothing` in SQL:
 * between a look and a write, the second copy would slip in.
 */
export interface ReplayStore {
  /**
   * Remembers an attempt until `expiresAt`, after which it would be refused for its age.
   *
   * @returns false when it was remembered before.
   */
  remember(attempt: string, expiresAt: Date): boolean | Promise<boolean>
}

/** Options of {@link createMemoryReplayStore}. */
export interface MemoryReplayStoreOptions {
  /** How many attempts it holds. Default 100,000, about 30 MB. */
  readonly maxAttempts?: number
  /** Default the system's clock. */
  readonly clock?: () => Date
}

/**
 * Makes a replay store in memory: right for one process, and no help where several share the work. When it is full, it refuses
 * rather than forgets; only messages with a good signature come so far.
 *
 * @example
 * import { createMemoryReplayStore, envWebhook } from 'routekey/webhooks'
 *
 * const verifier = envWebhook('PARTNER_WEBHOOK_SECRET', { replayStore: createMemoryReplayStore() })
 */
export function createMemoryReplayStore(options: MemoryReplayStoreOptions = {}): ReplayStore {
  const { maxAttempts = 100_000, clock = () => new Date() } = options
  const attempts = new Map<string, number>()
  // The time before which no attempt expires, so that a full store is not searched in vain at each message.
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
