import { setTimeout as delay } from 'node:timers/promises'
import type { Timing } from '../../src/timing.ts'

/** A process that follows a shared clock. */
export interface ClockFollower {
  /** Sends the process the time. Resolves when its timers that were due have run, or the process has exited. */
  tick(nowMs: number): Promise<void>
}

/** A clock that several processes follow. */
export interface SharedClock {
  nowMs(): number
  stop(): Promise<void>
}

/** How often the processes get the time, in real time. */
const tickMs = 4
/** The maximum of real time that one tick counts. */
const maxTickMs = 8

/**
 * Starts a clock that runs up to `speed` times as fast as real time, and waits for the slowest process that follows it.
 *
 * A busy machine runs processes late. On a fast clock a pause of 0.1 s would count as one of a second, and the test would
 * measure the machine. So time passes only while all processes keep up, and a pause counts no more than in real time. Other
 * waits of the processes, for the database and the connections, count their full time times `speed`.
 */
export function startSharedClock(followers: readonly ClockFollower[], speed: number): SharedClock {
  let nowMs = Date.now()
  const stopping = new AbortController()
  const run = async (): Promise<void> => {
    let tickedAtMs = performance.now()
    while (!stopping.signal.aborted) {
      await Promise.all(followers.map((follower) => follower.tick(nowMs)))
      await delay(tickMs)
      const elapsedMs = performance.now() - tickedAtMs
      tickedAtMs += elapsedMs
      nowMs += Math.min(elapsedMs, maxTickMs) * speed
    }
  }
  const running = run()
  return {
    nowMs: () => nowMs,
    async stop() {
      stopping.abort()
      await running
    },
  }
}

/** Creates the timing of a process that follows the clock of its parent. */
export function followSharedClock(): Timing {
  let nowMs = Date.now()
  let sleepers: { untilMs: number; resume: () => void }[] = []
  process.on('message', (message) => {
    nowMs = Number(message)
    const due = sleepers.filter(({ untilMs }) => untilMs <= nowMs)
    sleepers = sleepers.filter(({ untilMs }) => untilMs > nowMs)
    for (const { resume } of due) resume()
    // After the work that they began. The parent may have exited, and then needs no response.
    setImmediate(() => process.send?.('ticked', undefined, undefined, () => {}))
  })
  // Without the parent, time would stop.
  process.once('disconnect', () => process.exit())
  return {
    clock: () => new Date(nowMs),
    sleep: (ms) => new Promise<void>((resume) => sleepers.push({ untilMs: nowMs + ms, resume })),
  }
}
