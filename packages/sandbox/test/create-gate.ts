import { once } from 'node:events'

/** A condition that one part of a test waits for and another part brings about. */
export interface Gate {
  readonly open: () => void
  readonly wait: () => Promise<void>
}

/** Creates a closed gate. Once open, it stays open. */
export function createGate(): Gate {
  const opening = new AbortController()
  return {
    open: () => opening.abort(),
    async wait() {
      if (!opening.signal.aborted) await once(opening.signal, 'abort')
    },
  }
}
