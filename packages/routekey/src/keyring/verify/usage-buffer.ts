import { RoutekeyError } from '../../errors.ts'
import { bucketStart } from '../manage/usage-series.ts'
import type { UsageBatch } from '../model/key-store.ts'

export interface UsageOptions {
  /** Counts are written after this time. Default 10. */
  readonly flushSeconds?: number
  /** Counts are written after so many requests. Default 1,000. */
  readonly flushCount?: number
  /** How many pairs of key and hour are buffered, for example while the store is down. Further ones are dropped. Default 10,000. */
  readonly maximumEntries?: number
  /**
   * Runs work after the response, such as `after` of `next/server`, or `(work) => waitUntil(work())`. Set it if a process can be
   * stopped after its response. Counts are then also written after each request. Where it throws, as `after` does in the Pages Router,
   * they are written at once.
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
  /** Writes the buffered counts. Those that could not be written are written by the next call. Never throws. */
  flush(): Promise<void>
}

interface Counts {
  readonly id: string
  readonly hour: Date
  allowed: number
  refused: number
  lastUsedAt: Date | null
}

/**
 * Creates a buffer of usage counts, with one entry for each key and hour. A batch whose result is unknown is sent again as it was, so
 * that the store can tell, and adds it once. A process that is killed loses the buffered counts.
 *
 * @throws `ERR_CONFIG_KEYRING`
 */
export function createUsageBuffer(
  options: UsageOptions,
  write: (batch: UsageBatch) => Promise<void>,
  report: (error: unknown) => void,
): UsageBuffer {
  const { flushSeconds = 10, flushCount = 1000, maximumEntries = 10_000, after } = options
  if (!(flushSeconds > 0 && flushCount >= 1 && maximumEntries >= 1)) {
    throw new RoutekeyError('ERR_CONFIG_KEYRING', 'usage.flushSeconds, flushCount and maximumEntries must be above 0.')
  }
  let waiting = new Map<string, Counts>()
  let waitingRequests = 0
  // Not created here, because some runtimes have no randomness before the first request.
  let writer: string | undefined
  let number = 0
  let unsettled: UsageBatch | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let flushed = Promise.resolve()
  let queued: Promise<void> | undefined
  let isDeferred = false

  async function writeWaiting(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    const isNew = !unsettled
    if (!unsettled) {
      if (waiting.size === 0) return
      writer ??= crypto.randomUUID()
      number += 1
      unsettled = { writer, number, entries: [...waiting.values()] }
      waiting = new Map()
      waitingRequests = 0
    }
    try {
      await write(unsettled)
      unsettled = undefined
    } catch (error) {
      startTimer()
      return report(error)
    }
    if (!isNew) await writeWaiting()
  }

  // One write at a time, because two batches with the same keys would wait for each other's locks. Calls before it starts share it.
  function flush(): Promise<void> {
    queued ??= flushed.then(() => {
      queued = undefined
      return writeWaiting()
    })
    flushed = queued
    return queued
  }

  function startTimer(): void {
    if (timer) return
    timer = setTimeout(() => void flush(), flushSeconds * 1000)
    // The timer must not keep the process alive. `close` writes the counts.
    timer.unref?.()
  }

  return {
    record(id, isAllowed, now, wasRefused = false) {
      const hour = bucketStart(now, 'hour')
      // Almost always, all entries of a key are of one hour, and the id alone takes less time to look up.
      const { hour: known = hour } = waiting.get(id) ?? {}
      const slot = known.getTime() === hour.getTime() ? id : `${id} ${hour.getTime()}`
      let entry = waiting.get(slot)
      if (entry === undefined && waiting.size + (unsettled?.entries.length ?? 0) < maximumEntries) {
        entry = { id, hour, allowed: 0, refused: 0, lastUsedAt: null }
        waiting.set(slot, entry)
      }
      if (entry === undefined) {
        // Not an error, whose stack would cost more than the request.
        report(`Usage counts are lost: ${maximumEntries} wait for the store. [ERR_STORE_UNAVAILABLE]`)
      } else {
        entry[isAllowed ? 'allowed' : 'refused'] += 1
        if (wasRefused && entry.refused > 0) entry.refused -= 1
        if (isAllowed) entry.lastUsedAt = now
      }

      waitingRequests += 1
      if (waitingRequests === flushCount) void flush()
      else startTimer()
      if (!after || isDeferred) return
      isDeferred = true
      const work = async () => {
        isDeferred = false
        await flush()
      }
      try {
        after(work)
      } catch {
        // `after` of Next.js throws in the Pages Router and outside of requests.
        void work()
      }
    },
    flush,
  }
}
