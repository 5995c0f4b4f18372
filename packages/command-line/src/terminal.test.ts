import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { expect, it } from 'vitest'

/** Runs a program with a terminal, closes the pipe of its stdout before it writes, and returns how it ended. */
async function runClosed(program: string) {
  const source = `
    const { createTerminal } = await import(${JSON.stringify(new URL('terminal.ts', import.meta.url).href)})
    const terminal = createTerminal(process)
    // The pipe is closed by then.
    for await (const _ of process.stdin);
    ${program}`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', source], { stdio: ['pipe', 'pipe', 'pipe'] })
  child.stdout.destroy()
  child.stdin.end()
  const [said, [exitCode]] = await Promise.all([text(child.stderr), once(child, 'close')])
  return { said, exitCode }
}

it('ends quietly with 141 if nobody reads its output, with any exit code of the command', async () => {
  const program = `terminal.print('x'.repeat(100_000)); process.exitCode = 1`
  expect(await runClosed(program)).toEqual({ said: '', exitCode: 141 })
})

it('tells the command, and writes nothing after that', async () => {
  const program = `
    terminal.print('x')
    const timer = setInterval(() => {}, 1000)
    terminal.closed.addEventListener('abort', () => {
      terminal.print('y')
      terminal.say('still here')
      clearInterval(timer)
    })`
  expect(await runClosed(program)).toEqual({ said: '', exitCode: 141 })
})

it('continues if only its messages are not read', async () => {
  const program = `
    process.stderr.emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))
    terminal.closed.throwIfAborted()
    process.exitCode = 3`
  expect(await runClosed(program)).toEqual({ said: '', exitCode: 3 })
})
