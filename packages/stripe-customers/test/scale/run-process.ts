import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { ClockFollower } from './shared-clock.ts'

/** A program of this directory in a process of its own. */
export type RunningProcess = ClockFollower & {
  /** Reads the next line that it prints, as JSON. Rejects when it ends without one. */
  read(): Promise<unknown>
  /** Lets it go on from where it waits for its input to end. */
  proceed(): void
  stop(): Promise<void>
}

/**
 * Starts a program of this directory with settings as its argument.
 *
 * @param flags Options of Node.js.
 */
export function runProcess(program: string, settings: Record<string, unknown>, flags: string[] = []): RunningProcess {
  const path = new URL(program, import.meta.url).pathname
  const child = spawn(process.execPath, [...flags, path, JSON.stringify(settings)], {
    stdio: ['pipe', 'pipe', 'inherit', 'ipc'],
  })
  const { stdin, stdout } = child
  if (stdin === null || stdout === null) throw new TypeError('The process has no pipes.')
  const ended = once(child, 'exit')
  const lines = createInterface(stdout)[Symbol.asyncIterator]()
  return {
    async read() {
      const line = await lines.next()
      if (line.done === true) throw new Error(`${program} ended before it had told what it should.`)
      return JSON.parse(line.value)
    },
    proceed: () => stdin.end(),
    async tick(nowMs) {
      if (!child.connected) return
      const told = new AbortController()
      const answer = once(child, 'message', { signal: told.signal })
      const left = once(child, 'disconnect', { signal: told.signal })
      // It may end at any time, and then nobody waits for it.
      child.send(nowMs, () => {})
      await Promise.race([answer, left])
      told.abort()
      await Promise.allSettled([answer, left])
    },
    async stop() {
      child.kill('SIGKILL')
      await ended
    },
  }
}
