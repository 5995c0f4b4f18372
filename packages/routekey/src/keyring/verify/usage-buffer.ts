import { RoutekeyError } from '../../errors.ts'
import { bucketStart } from '../manage/usage-series.ts'
import type { UsageEntry } from '../model/key-store.ts'

export interface UsageOptions {
  /** Counts are written after this time. Default 10. */
  readonly flushSeconds?: number
  /** Counts are written after so many requests. Default 1,000. */
  readonly flushCount?: number
  /** How many pairs of key and hour are buffered, for example while the store is down. Further ones are dropped. Default 10,000. */
  readonly maximumEntries?: number
  /**
   * Runs work after the response, such as `after` of `next/server`, or `(work) => waitUntil(work())`. Set it if a process can be
   * stopped after its response. Counts are then also written after each request.
   */
  readonly after?: (work: () => Promise<void>) => void
}

export interface UsageBuffer {
  /**
   * Counts a request. Never waits, and never throws.
   *
   * @param wasRefused Whether the same request was counted as refused before. That count is taken back if it is not written yet.
   */
  record(id: string, isAllowed: boolean, now: Date, wasRefused?: boolean): void
  /** Writes the buffered counts, and keeps those that could not be written. Never throws. */
  flush(): Promise<void>
}

interface Counts {
  readonly id: string
  readonly hour: Date
  allowed: number
  refused: number
  lastUsedAt: Date | null
}

export interface UsageBufferDependencies {
  readonly write: (entries: readonly UsageEntry[]) => Promise<void>
  readonly report: (error: unknown) => void
}

const slotOf = (id: string, hour: Date) => `${id} ${hour.getTime()}`

/**
 * Creates a buffer of usage counts, with one entry for each key and hour. Counts are written at least once: if the store wrote them
 * and its response was lost, they are written again. A process that is killed loses the buffered counts.
 *
 * @throws `ERR_CONFIG_KEYRING`
 */
export function createUsageBuffer(options: UsageOptions, { write, report }: UsageBufferDependencies): UsageBuffer {
  const { flushSeconds = 10, flushCount = 1000, maximumEntries = 10_000, after } = options
  if (!(flushSeconds > 0 && flushCount >= 1 && maximumEntries >= 1)) {
    throw new RoutekeyError('ERR_CONFIG_KEYRING', 'usage.flushSeconds, flushCount and maximumEntries must be above 0.')
  }
  let waiting = new Map<string, Counts>()
  let waitingRequests = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  let flushed = Promise.resolve()
  let isDeferred = false

  function add({ id, hour, allowed, refused, lastUsedAt }: UsageEntry): void {
    const slot = slotOf(id, hour)
    const entry = waiting.get(slot)
    if (entry !== undefined) {
      entry.allowed += allowed
      entry.refused += refused
      entry.lastUsedAt = lastUsedAt ?? entry.lastUsedAt
    } else if (waiting.size < maximumEntries) waiting.set(slot, { id, hour, allowed, refused, lastUsedAt })
    else {
      // Not an error, whose stack would cost more than the request.
      report(
        `Usage counts are lost: ${maximumEntries} wait already. Check that the store accepts writes. [ERR_STORE_UNAVAILABLE]`,
      )
    }
  }

  async function writeWaiting(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    const batch = [...waiting.values()]
    waiting = new Map()
    waitingRequests = 0
    if (batch.length === 0) return
    try {
      await write(batch)
    } catch (error) {
      const entries = [...batch, ...waiting.values()]
      waiting = new Map()
      for (const entry of entries) add(entry)
      startTimer()
      report(error)
    }
  }

  // One write at a time, because two batches with the same keys would wait for each other's locks.
  function flush(): Promise<void> {
    flushed = flushed.then(writeWaiting)
    return flushed
  }

  function startTimer(): void {
    if (timer !== undefined) return
    timer = setTimeout(() => void flush(), flushSeconds * 1000)
    // The timer must not keep the process alive. `close` writes the counts.
    timer.unref?.()
  }

  function schedule(): void {
    if (waitingRequests === flushCount) void flush()
    else startTimer()
    if (after === undefined || isDeferred) return
    isDeferred = true
    try {
      after(async () => {
        isDeferred = false
        await flush()
      })
    } catch (error) {
      // Outside of a request, `after` throws. The timer is set already.
      isDeferred = false
      report(error)
    }
  }

  return {
    record(id, isAllowed, now, wasRefused = false) {
      const hour = bucketStart(now, 'hour')
      const allowed = Number(isAllowed)
      const refused = 1 - allowed - (wasRefused && waiting.get(slotOf(id, hour))?.refused ? 1 : 0)
      add({ id, hour, allowed, refused, lastUsedAt: isAllowed ? now : null })
      waitingRequests += 1
      schedule()
    },
    flush,
  }
}
