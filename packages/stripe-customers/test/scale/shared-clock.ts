import { setTimeout as delay } from 'node:timers/promises'
import type { Timing } from '../../src/timing.ts'

/** A process that lives by a clock which it is told. */
export interface ClockFollower {
  /** Tells it the time. Resolves when it has begun all that was due, or has ended. */
  tick(nowMs: number): Promise<void>
}

/** A clock that several processes live by. */
export interface SharedClock {
  nowMs(): number
  stop(): Promise<void>
}

/** How often the processes are told the time, by the wall's clock. */
const tickMs = 4
/** The most of the wall's time that one tick is worth. */
const maxTickMs = 8

/**
 * Starts a clock that goes up to `speed` times as fast as the wall's, and waits for the slowest process that follows it.
 *
 * A machine with more to do than it can runs processes late, and on a fast clock a pause of a tenth of a second would be one
 * of a second: what is measured would be the machine. So time passes only as all processes keep up, and a pause counts for
 * no more than it would in life. What the processes wait for besides, the database and the connections, costs its full
 * time times `speed`.
 */
export function startSharedClock(followers: readonly ClockFollower[], speed: number): SharedClock {
  let nowMs = Date.now()
  const stopping = new AbortController()
  const run = async (): Promise<void> => {
    let toldAtMs = performance.now()
    while (!stopping.signal.aborted) {
      await Promise.all(followers.map((follower) => follower.tick(nowMs)))
      await delay(tickMs)
      const elapsedMs = performance.now() - toldAtMs
      toldAtMs += elapsedMs
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

/** Creates the clock of a process that is told the time by the one that started it. */
export function followClock(): Timing {
  let nowMs = Date.now()
  let sleepers: { untilMs: number; wake: () => void }[] = []
  process.on('message', (message) => {
    nowMs = Number(message)
    const due = sleepers.filter(({ untilMs }) => untilMs <= nowMs)
    sleepers = sleepers.filter(({ untilMs }) => untilMs > nowMs)
    for (const { wake } of due) wake()
    // After what they have begun, and what has come in meanwhile. Whoever asked may have ended, and then needs no answer.
    setImmediate(() => process.send?.('told', undefined, undefined, () => {}))
  })
  // Nobody would tell it the time any more.
  process.once('disconnect', () => process.exit())
  return {
    clock: () => new Date(nowMs),
    sleep: (ms) => new Promise<void>((wake) => sleepers.push({ untilMs: nowMs + ms, wake })),
  }
}
