import { spawn } from 'node:child_process'

/**
 * Runs a command to its end and collects its output.
 *
 * @param options.cwd its working directory
 * @param options.signal ends the command; the promise then rejects with an `AbortError`
 * @returns the exit code, or null if a signal ended it, and stdout and stderr in one text
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
