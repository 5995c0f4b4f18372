import { once } from 'node:events'

/** Creates a `sleep` that waits until the test opens the gate, so that a test does not depend on the machine's speed. */
export function createSleepGate() {
  const opening = new AbortController()
  const sleeps: number[] = []
  return {
    /** The requested times, in milliseconds. */
    sleeps: sleeps as readonly number[],
    open: () => opening.abort(),
    sleep: async (ms: number): Promise<void> => {
      sleeps.push(ms)
      if (!opening.signal.aborted) await once(opening.signal, 'abort')
    },
  }
}
