import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'

/** Serves a worker with `workerd` on a free port of the loopback address. `secret` is its binding `API_ROUTE_SECRET`. */
export async function startWorkerd(
  binary: string,
  code: string,
  secret = '',
): Promise<{ origin: string; stop: () => Promise<void> }> {
  const directory = mkdtempSync(join(tmpdir(), 'routekey-workerd-'))
  writeFileSync(join(directory, 'worker.js'), code)
  copyFileSync(join(import.meta.dirname, 'worker.capnp'), join(directory, 'worker.capnp'))
  const child = spawn(binary, ['serve', '--control-fd=3', 'worker.capnp'], {
    cwd: directory,
    env: { ...process.env, API_ROUTE_SECRET: secret },
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  })
  const exited = once(child, 'exit')
  let errors = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (errors += text))
  const stop = async () => {
    child.kill('SIGKILL')
    await exited
    rmSync(directory, { recursive: true })
  }

  const control = child.stdio[3]
  if (!(control instanceof Readable)) throw new Error('workerd has no control channel')
  let output = ''
  for await (const part of control.setEncoding('utf8')) {
    output += String(part)
    const port = /"port":(\d+)/.exec(output)?.[1]
    if (port !== undefined) return { origin: `http://127.0.0.1:${port}`, stop }
  }
  await stop()
  throw new Error(`workerd did not start: ${errors}`)
}
