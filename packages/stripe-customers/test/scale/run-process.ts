import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

/** A program of this directory in a process of its own. */
export type RunningProcess = {
  /** Reads the next line that it prints, as JSON. Rejects when it ends without one. */
  read(): Promise<unknown>
  /** Lets it go on from where it waits for its input to end. */
  proceed(): void
  stop(): Promise<void>
}

/**
 * Starts a program of this directory with settings as its argument.
 *
 * @param flags - Options of Node.js.
 */
export function runProcess(program: string, settings: Record<string, unknown>, flags: string[] = []): RunningProcess {
  const path = new URL(program, import.meta.url).pathname
  const child = spawn(process.execPath, [...flags, path, JSON.stringify(settings)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  return {
    async read() {
      const line = await lines.next()
      if (line.done === true) throw new Error(`${program} ended before it had told what it should.`)
      return JSON.parse(line.value)
    },
    proceed: () => child.stdin.end(),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const exited = once(child, 'exit')
      child.kill('SIGKILL')
      await exited
    },
  }
}
