import { channel } from 'node:diagnostics_channel'
import { describeError, log } from './log.ts'

// Next.js bundles the start of the process and the routes separately, so a module can exist more than once. A channel exists once.
const shutdown = channel('routekey.shutdown')

/** Does work before a signal ends the process. */
export function beforeShutdown(work: () => Promise<void>): void {
  shutdown.subscribe((started) => {
    if (Array.isArray(started)) started.push(work())
  })
}

/**
 * Delays the listeners for the signals that end the process until the work of {@link beforeShutdown} is done. Those of Next.js stop the
 * server, wait for its requests and for their `after`, and exit.
 *
 * Call it once, when Next.js has added its listeners.
 */
export function delaySignals(): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    const listeners = process.listeners(signal)
    // Without any, the signal ends the process by itself.
    if (listeners.length === 0) continue
    process.removeAllListeners(signal)
    const end = async () => {
      await finishWork()
      for (const listener of listeners) listener(signal)
    }
    process.on(signal, () => void end())
  }
}

async function finishWork(): Promise<void> {
  const started: Promise<void>[] = []
  shutdown.publish(started)
  for (const result of await Promise.allSettled(started)) {
    if (result.status === 'rejected') log('error', 'shutdown.failed', { error: describeError(result.reason) })
  }
}
