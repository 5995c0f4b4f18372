import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { createRequire } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const nextBinary = createRequire(import.meta.url).resolve('next/dist/bin/next')
const root = fileURLToPath(new URL('../../../../', import.meta.url))
const environment = {
  PATH: process.env['PATH'],
  HOME: process.env['HOME'],
  NODE_ENV: 'production' as const,
  NEXT_TELEMETRY_DISABLED: '1',
}

/** An application that was built and runs on loopback. */
export interface NextServer {
  readonly origin: string
  readonly stop: () => Promise<void>
}

/** Builds and starts an application that answers at `/ready`. */
export async function startNext(directory: string, env: Readonly<Record<string, string>>): Promise<NextServer> {
  await buildNext(directory, {}, { BUILD_SECRET: 'used by the build alone' })
  const port = String(await findFreePort())
  const child = fork(nextBinary, ['start', directory, '-p', port, '-H', '127.0.0.1'], {
    cwd: directory,
    env: { ...environment, ...env },
    stdio: 'ignore',
  })
  const exited = once(child, 'exit')
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL')
    await exited
  }
  const origin = `http://127.0.0.1:${port}`
  await untilReady(`${origin}/ready`, child)
  return { origin, stop }
}

/** Builds an application with a configuration. */
export async function buildNext(
  directory: string,
  config: object,
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const whole = { ...config, turbopack: { root }, agentRules: false, experimental: { agentUpgrade: false } }
  writeFileSync(join(directory, 'next.config.mjs'), `export default ${JSON.stringify(whole)}\n`)
  const child = spawn(process.execPath, [nextBinary, 'build', directory], {
    cwd: directory,
    env: { ...environment, ...env },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  const [code]: (number | null)[] = await once(child, 'close')
  if (code !== 0) throw new Error(`The build failed:\n${output}`)
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('No port')
  return address.port
}

async function untilReady(address: string, child: ChildProcess): Promise<void> {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline;) {
    try {
      await (await fetch(address)).arrayBuffer()
      return
    } catch (error) {
      if (child.exitCode !== null) throw error
      await sleep(50)
    }
  }
  child.kill('SIGKILL')
  throw new Error('The application did not start')
}
