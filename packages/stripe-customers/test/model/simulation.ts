import { setImmediate } from 'node:timers/promises'
import type { Timing } from '../../src/timing.ts'

/** A process of the application. Once it has died, nothing that it waits for arrives. */
export interface Process {
  /** Half steps until it dies: before its next call, after that call, before the one after that, … Null: it does not die. */
  fuse: number | null
  alive: boolean
}

/** A call that waits for its turn. */
interface Waiting {
  readonly process: Process
  readonly run: () => Promise<void>
}

/** A timer. `process` is null if it belongs to no process any more. */
interface Sleeper {
  readonly process: Process | null
  readonly atMs: number
  readonly resume: () => void | Promise<void>
}

/**
 * A simulation in which one thing happens at a time. Calls to the outside wait until they are chosen, and time passes only when
 * nothing else is left. So two runs with the same choices are equal.
 */
export type Simulation = ReturnType<typeof createSimulation>

const never = new Promise<never>(() => {})

/** Creates a simulation without processes. */
export function createSimulation() {
  const startedAtMs = Date.now()
  let nowMs = 0
  let waiting: Waiting[] = []
  let sleepers: Sleeper[] = []

  const die = (process: Process): void => {
    process.alive = false
    waiting = waiting.filter((other) => other.process !== process)
    sleepers = sleepers.filter((other) => other.process !== process)
  }

  /** Burns half a step. Returns true if the process is dead. */
  const burn = (process: Process): boolean => {
    if (process.fuse === 0) die(process)
    else if (process.fuse !== null) process.fuse -= 1
    return !process.alive
  }

  const sleep = (process: Process, ms: number): Promise<void> =>
    process.alive ? new Promise((resume) => sleepers.push({ process, atMs: nowMs + ms, resume })) : never

  /** Takes the timers that end by `endMs`, the earliest first. */
  const takeSleepers = (endMs: number, most = Number.POSITIVE_INFINITY): Sleeper[] => {
    sleepers.sort((a, b) => a.atMs - b.atMs)
    const due = sleepers.filter(({ atMs }) => atMs <= endMs).length
    return sleepers.splice(0, Math.min(due, most))
  }

  return {
    nowMs: () => nowMs,
    sleep,
    timingOf: (process: Process): Timing => ({
      clock: () => new Date(startedAtMs + nowMs),
      sleep: (ms) => sleep(process, ms),
    }),

    /** Makes a call of a process when its turn comes. */
    call<T>(process: Process, action: () => Promise<T>): Promise<T> {
      if (!process.alive) return never
      return new Promise<T>((resolve, reject) => {
        const run = async (): Promise<void> => {
          if (burn(process)) return
          try {
            const result = await action()
            if (!burn(process)) resolve(result)
          } catch (error) {
            if (!burn(process)) reject(error)
          }
        }
        waiting.push({ process, run })
      })
    },

    /** Runs something `ms` later, even if the process that sent it is dead by then. */
    runLater(ms: number, resume: () => Promise<void>): void {
      sleepers.push({ process: null, atMs: nowMs + ms, resume })
    },

    /** Advances time while no process works. */
    async advance(ms: number): Promise<void> {
      const endMs = nowMs + ms
      for (const sleeper of takeSleepers(endMs)) {
        nowMs = sleeper.atMs
        await sleeper.resume()
      }
      nowMs = endMs
    },

    /**
     * Runs until every process has finished or died.
     *
     * @param choose returns the index of the next call, out of `count`
     * @param intervene runs before each turn
     */
    async run(
      works: readonly { process: Process; work: Promise<unknown> }[],
      choose: (count: number) => number,
      intervene: () => Promise<void> = async () => {},
    ) {
      let open = works.length
      const failures: unknown[] = []
      for (const { work } of works) {
        work.then(
          () => (open -= 1),
          (error: unknown) => {
            open -= 1
            failures.push(error)
          },
        )
      }
      for (let idle = 0; idle < 10_000; idle += 1) {
        // What the last turn started gets to its next call, or to its end.
        await setImmediate()
        const dead = works.filter(({ process }) => !process.alive).length
        if (open <= dead) return failures
        await intervene()
        const [next] = waiting.length > 0 ? waiting.splice(choose(waiting.length), 1) : []
        if (next !== undefined) {
          await next.run()
          idle = 0
        } else if (sleepers.length > 0) {
          const [sleeper] = takeSleepers(Number.POSITIVE_INFINITY, 1)
          nowMs = Math.max(nowMs, sleeper?.atMs ?? 0)
          await sleeper?.resume()
          idle = 0
        }
      }
      throw new Error('The processes wait, but no call and no timer is left.')
    },
  }
}
