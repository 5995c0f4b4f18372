import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

import { findFreePort } from '@routekey/sandbox'

import { type ScenarioServer, scenarioEnvironment } from './adapter-scenarios.ts'

const scenarioApplication = {
  directory: fileURLToPath(new URL('../next-app', import.meta.url)),
  env: scenarioEnvironment,
  readyPath: '/proxied/runs',
}
const nextBinary = createRequire(import.meta.url).resolve('next/dist/bin/next')
const environment = {
  PATH: process.env['PATH'],
  HOME: process.env['HOME'],
  NODE_ENV: 'production' as const,
  NEXT_TELEMETRY_DISABLED: '1',
}

/** An application on disk, and what it needs to run. */
export interface NextApplication {
  readonly directory: string
  /** Variables of the running application. */
  readonly env: Readonly<Record<string, string>>
  /** Variables of the build, and of the running application too. */
  readonly buildEnv?: Readonly<Record<string, string>>
  /** A path that answers once the application is up. */
  readonly readyPath: string
}

async function build({ directory, buildEnv }: NextApplication): Promise<void> {
  const child = spawn(process.execPath, [nextBinary, 'build', directory], {
    cwd: directory,
    env: { ...environment, ...buildEnv },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  const [code]: (number | null)[] = await once(child, 'close')
  if (code !== 0) throw new Error(`The build failed:\n${output}`)
}

async function untilReady(address: string, child: ChildProcess): Promise<void> {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline;) {
    try {
      await fetch(address, { redirect: 'manual' })
      return
    } catch (error) {
      if (child.exitCode !== null) throw error
      await sleep(50)
    }
  }
  throw new Error('The application did not start')
}

/** Builds and starts an application that uses the built library; by default the one of the scenarios. */
export async function startNextServer(
  application: NextApplication = scenarioApplication,
): Promise<Pick<ScenarioServer, 'origin' | 'stop'>> {
  await build(application)
  const { directory, env, buildEnv, readyPath } = application
  const port = String(await findFreePort())
  const child = fork(nextBinary, ['start', directory, '-p', port, '-H', '127.0.0.1'], {
    cwd: directory,
    env: { ...environment, ...buildEnv, ...env },
    stdio: 'ignore',
  })
  const exited = once(child, 'exit')
  const origin = `http://127.0.0.1:${port}`
  try {
    await untilReady(`${origin}${readyPath}`, child)
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
