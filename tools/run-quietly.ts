import { spawn } from 'node:child_process'

/**
 * Runs a command to its end and keeps what it says.
 *
 * @param options.cwd where it runs
 * @param options.signal ends it, by default never; the promise then fails with an `AbortError`
 * @returns its exit code, null when a signal ended it, and its two outputs in one
 */
export async function runQuietly(
  command: string,
  args: string[],
  { cwd, signal }: { cwd: string; signal?: AbortSignal | undefined },
): Promise<{ status: number | null; output: string }> {
  signal?.throwIfAborted()
  const child = spawn(command, args, {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
    ...(signal && { signal }),
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text))
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  return { status, output }
}
