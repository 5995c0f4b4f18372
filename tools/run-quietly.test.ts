import { tmpdir } from 'node:os'
import { expect, it } from 'vitest'
import { runQuietly } from './run-quietly.ts'

const run = (script: string, signal?: AbortSignal) =>
  runQuietly(process.execPath, ['-e', script], { cwd: tmpdir(), signal })

it('returns the output of a command and its exit code', async () => {
  expect(await run('console.log("a"); console.error("b"); process.exitCode = 3')).toEqual({
    status: 3,
    output: expect.stringMatching(/^(?:a\nb\n|b\na\n)$/),
  })
})

it('ends the command when the signal is aborted, and starts no command afterwards', async () => {
  const stopping = new AbortController()
  const running = run('setInterval(() => {}, 1000)', stopping.signal)
  stopping.abort()
  await expect(running).rejects.toMatchObject({ name: 'AbortError' })
  await expect(run('process.exit(0)', stopping.signal)).rejects.toMatchObject({ name: 'AbortError' })
})
