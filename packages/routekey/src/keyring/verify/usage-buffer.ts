import { RoutekeyError } from '../../errors.ts'
import type { UsageEntry } from '../model/key-store.ts'

/** Options of the buffer of usage counts. */
export interface UsageOptions {
  /** How long counts may wait. Default 10. */
  readonly flushSeconds?: number
  /** How many requests may wait. Default 1,000. */
  readonly flushCount?: number
  /** How many pairs of key and hour may wait, for example while the store is down; further ones are dropped. Default 10,000. */
  readonly maximumEntries?: number
  /**
   * Where a process may be stopped once it has answered: what runs work after the response, such as `after` of
   * `next/server`, or `(work) => waitUntil(work())`. Counts are then flushed after each request, too.
   */
  readonly after?: (work: () => Promise<void>) => void
}

/** The buffer of usage counts. */
export interface UsageBuffer {
  /** Counts a request. It never waits and never throws. */
  record(id: string, outcome: 'allowed' | 'refused', now: Date): void
  /** Writes what waits. What cannot be written waits on; it never throws. */
  flush(): Promise<void>
}

interface Counts {
  readonly id: string
  readonly hour: Date
  allowed: number
  refused: number
  lastUsedAt: Date | null
}

/** What {@link createUsageBuffer} needs. */
export interface UsageBufferDependencies {
  readonly write: (entries: readonly UsageEntry[]) => Promise<void>
  readonly report: (error: unknown) => void
}

const hourMs = 3_600_000

/**
 * Creates the buffer. It holds one entry for each key and hour, however many the requests. Counts are written at least once: if
 * the store wrote and its answer was lost, they are written again. Losing the process loses what waits.
 *
 * @throws `ERR_CONFIG_KEYRING`
 */
export function createUsageBuffer(options: UsageOptions, { write, report }: UsageBufferDependencies): UsageBuffer {
  const { flushSeconds = 10, flushCount = 1000, maximumEntries = 10_000, after } = options
  if (!(flushSeconds > 0) || !(flushCount >= 1) || !(maximumEntries >= 1)) {
    throw new RoutekeyError('ERR_CONFIG_KEYRING', 'usage.flushSeconds, flushCount and maximumEntries must be above 0.')
  }
  let waiting = new Map<string, Counts>()
  let waitingRequests = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  let flushed = Promise.resolve()
  let isDeferred = false
  let hasReportedDrop = false

  /** Finds or makes the entry of a key and an hour; undefined when there is no room for it. */
  function entryOf(id: string, hourStart: number): Counts | undefined {
    const slot = `${id} ${hourStart}`
    let entry = waiting.get(slot)
    if (entry === undefined && waiting.size < maximumEntries) {
      entry = { id, hour: new Date(hourStart), allowed: 0, refused: 0, lastUsedAt: null }
      waiting.set(slot, entry)
    } else if (entry === undefined && !hasReportedDrop) {
      hasReportedDrop = true
      report(
        new RoutekeyError(
          'ERR_STORE_UNAVAILABLE',
          `Usage counts are lost: ${maximumEntries} wait already. Check that the store accepts writes.`,
        ),
      )
    }
    return entry
  }

  function putBack(counts: UsageEntry): void {
    const entry = entryOf(counts.id, counts.hour.getTime())
    if (entry === undefined) return
    entry.allowed += counts.allowed
    entry.refused += counts.refused
    // What was recorded meanwhile is later.
    entry.lastUsedAt ??= counts.lastUsedAt
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
      hasReportedDrop = false
    } catch (error) {
      for (const entry of batch) putBack(entry)
      startTimer()
      report(error)
    }
  }

  // One at a time: two batches with the same keys would wait for each other's locks.
  function flush(): Promise<void> {
    flushed = flushed.then(writeWaiting)
    return flushed
  }

  function startTimer(): void {
    if (timer !== undefined) return
    timer = setTimeout(() => void flush(), flushSeconds * 1000)
    // A buffer is no reason to keep a process; `close` flushes it.
    if (typeof timer === 'object' && 'unref' in timer) timer.unref()
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
      // Outside of a request there is nothing to run after; the timer is set.
      isDeferred = false
      report(error)
    }
  }

  return {
    record(id, outcome, now) {
      const time = now.getTime()
      const entry = entryOf(id, time - (time % hourMs))
      if (entry !== undefined) {
        entry[outcome] += 1
        if (outcome === 'allowed') entry.lastUsedAt = now
      }
      waitingRequests += 1
      schedule()
    },
    flush,
  }
}
