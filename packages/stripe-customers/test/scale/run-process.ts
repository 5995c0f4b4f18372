import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { ClockFollower } from './shared-clock.ts'

/** A program of this directory in its own process. */
export type RunningProcess = ClockFollower & {
  /** Reads the next line that it prints, as JSON. Rejects if it exits without one. */
  read(): Promise<unknown>
  /** Ends its input, for which it waits. */
  proceed(): void
  stop(): Promise<void>
}

/**
 * Starts a program of this directory with settings as its argument.
 *
 * @param flags options of Node.js
 */
export function runProcess(program: string, settings: Record<string, unknown>, flags: string[] = []): RunningProcess {
  const path = new URL(program, import.meta.url).pathname
  const child = spawn(process.execPath, [...flags, path, JSON.stringify(settings)], {
    stdio: ['pipe', 'pipe', 'inherit', 'ipc'],
  })
  const { stdin, stdout } = child
  if (stdin === null || stdout === null) throw new TypeError('The process has no pipes.')
  const exited = once(child, 'exit')
  const lines = createInterface(stdout)[Symbol.asyncIterator]()
  return {
    async read() {
      const line = await lines.next()
      if (line.done === true) throw new Error(`${program} exited before it printed a line.`)
      return JSON.parse(line.value)
    },
    proceed: () => stdin.end(),
    async tick(nowMs) {
      if (!child.connected) return
      const settled = new AbortController()
      const acknowledged = once(child, 'message', { signal: settled.signal })
      const disconnected = once(child, 'disconnect', { signal: settled.signal })
      // It may exit at any time. Then nothing waits for the response.
      child.send(nowMs, () => {})
      await Promise.race([acknowledged, disconnected])
      settled.abort()
      await Promise.allSettled([acknowledged, disconnected])
    },
    async stop() {
      child.kill('SIGKILL')
      await exited
    },
  }
}
