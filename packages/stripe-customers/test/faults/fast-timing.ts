import { setTimeout as delay } from 'node:timers/promises'
import type { Timing } from '../../src/timing.ts'

const speed = 50

/** Time that runs faster than real time and can be advanced. */
export interface FastTiming extends Timing {
  /** Moves the clock forward. It does not end waits that have begun. */
  readonly advance: (ms: number) => void
}

/** Creates time that runs 50 times as fast as real time, so that waits and the pace take little of a test's time. */
export function createFastTiming(): FastTiming {
  const startedAtMs = performance.now()
  let originMs = Date.now()
  return {
    clock: () => new Date(originMs + (performance.now() - startedAtMs) * speed),
    sleep: (ms, signal) => delay(ms / speed, undefined, signal === undefined ? {} : { signal }),
    advance(ms) {
      originMs += ms
    },
  }
}
