// npm start and npm run dev: builds what has changed, starts the sandbox and the application, and stops both.
import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import {
  checkLocalhostIsFree,
  readSandboxEnvironment,
  type Sandbox,
  SandboxError,
  startConfiguredSandbox,
} from '@routekey/sandbox'
import { BuildError, buildApplication, buildPackages } from '../build-if-stale.ts'
import { sweepFirst } from './first-sweep.ts'
import { describeReady } from './ready-message.ts'
import { startWebServer, type WebServer } from './web-server.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const envFile = process.env.SANDBOX_ENV_FILE ?? join(root, 'apps/web/.env.local')

const startedAt = performance.now()
let sandbox: Sandbox | undefined
let web: WebServer | undefined
let compiler: ChildProcess | undefined
const building = new AbortController()
let isStopping = false

async function start(mode: 'start' | 'dev'): Promise<void> {
  const environment = await readSandboxEnvironment(process.env, envFile)
  const { appUrl, cronSecret } = environment.options
  const port = Number(new URL(appUrl).port || 80)
  // Check the port before the build, which takes a minute the first time.
  await checkLocalhostIsFree({ port, variable: 'PORT' })

  const build = mode === 'dev' ? buildPackages : buildApplication
  const [started] = await Promise.all([
    startConfiguredSandbox(environment, { envFile, log: console.log }),
    build({ signal: building.signal, log: console.log }),
  ])
  sandbox = started.sandbox
  if (mode === 'dev') compiler = watchLibrary()

  const env = { ...process.env, ...started.applicationEnv }
  web = await startWebServer({ port, env, mode, onOutput: (text) => process.stdout.write(text) })
  void stopWhenEnded(web)
  if (cronSecret !== undefined) await sweepFirst({ appUrl, cronSecret, log: console.error })
  const startSeconds = (performance.now() - startedAt) / 1000
  // An empty variable counts as unset.
  const isSecretInFile = (process.env.API_ROUTE_SECRET ?? '') === ''
  console.log(describeReady({ appUrl, startSeconds, sandbox, envFile: isSecretInFile ? envFile : null }))
}

async function stopWhenEnded({ exited }: WebServer): Promise<void> {
  const code = await exited
  if (isStopping) return
  console.error(`The application exited with code ${code}.`)
  await stop(1)
}

/** Recompiles the library when its source changes. `next dev` then reloads the new files. */
function watchLibrary(): ChildProcess {
  const args = ['-p', 'packages/routekey/tsconfig.build.json', '--watch', '--preserveWatchOutput']
  return spawn('tsc', args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
}

async function stop(exitCode: number): Promise<void> {
  if (isStopping) return
  isStopping = true
  // A build that is not aborted runs for another minute, and writes to the directory of the next start's build.
  building.abort()
  compiler?.kill()
  await web?.stop()
  await sandbox?.stop()
  process.exit(exitCode)
}

const { values } = parseArgs({ options: { dev: { type: 'boolean', default: false } } })
process.on('SIGINT', () => void stop(0))
process.on('SIGTERM', () => void stop(0))
// The process that started this one was killed.
process.on('disconnect', () => void stop(1))
try {
  await start(values.dev ? 'dev' : 'start')
} catch (error) {
  if (!isStopping) {
    console.error(error instanceof SandboxError || error instanceof BuildError ? error.message : error)
    await stop(1)
  }
}
