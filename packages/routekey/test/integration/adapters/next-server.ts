import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

import { findFreePort } from '@routekey/sandbox'

import { type ScenarioServer, scenarioEnvironment } from './adapter-scenarios.ts'

const application = fileURLToPath(new URL('../next-app', import.meta.url))
const nextBinary = createRequire(import.meta.url).resolve('next/dist/bin/next')
const environment = {
  PATH: process.env['PATH'],
  HOME: process.env['HOME'],
  NODE_ENV: 'production' as const,
  NEXT_TELEMETRY_DISABLED: '1',
}

async function build(): Promise<void> {
  const child = spawn(process.execPath, [nextBinary, 'build', application], { cwd: application, env: environment })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  const [code]: (number | null)[] = await once(child, 'close')
  if (code !== 0) throw new Error(`The build failed:\n${output}`)
}

async function untilReady(origin: string, child: ChildProcess): Promise<void> {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline;) {
    try {
      await fetch(`${origin}/proxied/runs`)
      return
    } catch (error) {
      if (child.exitCode !== null) throw error
      await sleep(50)
    }
  }
  throw new Error('The application did not start')
}

/** Builds and starts the fixture application, which uses the built library. */
export async function startNextServer(): Promise<Pick<ScenarioServer, 'origin' | 'stop'>> {
  await build()
  const port = String(await findFreePort())
  const child = fork(nextBinary, ['start', application, '-p', port, '-H', '127.0.0.1'], {
    cwd: application,
    env: { ...environment, ...scenarioEnvironment },
    stdio: 'ignore',
  })
  const exited = once(child, 'exit')
  const origin = `http://127.0.0.1:${port}`
  try {
    await untilReady(origin, child)
  } catch (error) {
    child.kill('SIGKILL')
    throw error
  }
  return {
    origin,
    stop: async () => {
      child.kill('SIGTERM')
      await Promise.race([exited, sleep(2000).then(() => child.kill('SIGKILL'))])
      await exited
    },
  }
}
