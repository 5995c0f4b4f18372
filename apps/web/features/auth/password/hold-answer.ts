import { setTimeout as wait } from 'node:timers/promises'

/** The steps at which answers are given, in milliseconds: longer than the check of a password takes. */
const stepMs = 500

interface Options {
  /** Default: the clock of the process. */
  readonly clock?: () => Date
  /** Default: a timer. */
  readonly sleep?: (ms: number) => Promise<unknown>
}

/**
 * Starts the clock of an answer. `wait` then waits for the next multiple of 500 ms since the start, so that the time of the answer
 * does not tell how much work there was, such as the check of a password, which only a known address has.
 */
export function holdAnswer({ clock = () => new Date(), sleep = wait }: Options = {}): { wait: () => Promise<void> } {
  const startMs = clock().getTime()
  return {
    async wait() {
      const elapsedMs = Math.max(0, clock().getTime() - startMs)
      const restMs = (Math.floor(elapsedMs / stepMs) + 1) * stepMs - elapsedMs
      await sleep(restMs)
    },
  }
}
