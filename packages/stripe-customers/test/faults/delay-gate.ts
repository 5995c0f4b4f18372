import { EventEmitter, once } from 'node:events'
import { setImmediate } from 'node:timers/promises'

/** Holds the requests at Stripe that a fault of kind `delay` hits until they are released, however long that takes. */
export interface DelayGate {
  /** The stand-in's `sleep`. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>
  readonly heldCount: () => number
  /** Resolves when this many requests are held. */
  readonly untilHeld: (count: number) => Promise<void>
  /** Releases all requests, also later ones, and resolves when they have taken effect. */
  readonly release: () => Promise<void>
}

/** Creates a closed gate. */
export function createDelayGate(): DelayGate {
  const gate = new EventEmitter().setMaxListeners(0)
  let isOpen = false
  const heldCount = () => gate.listenerCount('open')
  return {
    heldCount,
    async sleep(_ms, signal) {
      if (isOpen) return
      const opened = once(gate, 'open', { signal })
      gate.emit('held')
      await opened
    },
    async untilHeld(count) {
      while (heldCount() < count) await once(gate, 'held')
    },
    async release() {
      isOpen = true
      gate.emit('open')
      // The stand-in continues in the same turn, so each request has taken effect when that ends.
      await setImmediate()
    },
  }
}
