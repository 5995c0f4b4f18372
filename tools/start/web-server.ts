import { type ChildProcess, fork } from 'node:child_process'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const webDirectory = fileURLToPath(new URL('../../apps/web', import.meta.url))
const nextBinary = createRequire(join(webDirectory, 'package.json')).resolve('next/dist/bin/next')
const exitWithParent = new URL('exit-with-parent.mjs', import.meta.url).href

/** A running `next start` or `next dev`. */
export interface WebServer {
  readonly url: string
  /** Everything it has written to stdout and stderr so far. */
  readonly output: () => string
  /** Resolves with the exit code when the process has ended, by itself or stopped. */
  readonly exited: Promise<number | null>
  /** Stops it with SIGTERM, and after `graceMs` (2 seconds) with SIGKILL. */
  readonly stop: (graceMs?: number) => Promise<void>
  /** Sends a signal, waits until the process has ended, however long that takes, and returns its exit code. */
  readonly end: (signal: 'SIGTERM' | 'SIGINT') => Promise<number | null>
  /** Kills it at once, as a crash would. */
  readonly kill: () => Promise<void>
}

/**
 * Starts the web application on 127.0.0.1 and waits until it responds.
 *
 * @param options.env its whole environment, except PATH, HOME and NODE_ENV; nothing else is inherited
 * @param options.mode `start` (default) serves the build, `dev` compiles on request
 * @param options.onOutput gets what the process writes to stderr, and once it responds, also to stdout. It does not get the
 *   banner.
 * @throws Error if it ends or does not respond within 60 seconds; the message contains its output
 */
export async function startWebServer(options: {
  port: number
  env: Record<string, string | undefined>
  mode?: 'start' | 'dev'
  onOutput?: (text: string) => void
}): Promise<WebServer> {
  const { port, mode = 'start' } = options
  const url = `http://127.0.0.1:${port}`
  let output = ''
  let isReady = false
  const child = fork(nextBinary, [mode, webDirectory, '-p', String(port), '-H', '127.0.0.1'], {
    cwd: webDirectory,
    execArgv: ['--import', exitWithParent],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      NODE_ENV: mode === 'dev' ? 'development' : 'production',
      NEXT_TELEMETRY_DISABLED: '1',
      // `next dev` records requests with their query, which may contain a key, in .next/dev/trace. With this threshold it never does.
      NEXT_TRACE_SPAN_THRESHOLD_MS: String(2 ** 31 - 1),
      ...options.env,
    },
  })
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text
      if (isReady || stream === child.stderr) options.onOutput?.(text)
    })
  }
  const exited = new Promise<number | null>((resolve) => {
    child.once('exit', resolve)
  })

  const deadline = Date.now() + 60_000
  // If this process has ended, another program responds on its port.
  while (!(await responds(url)) || !isRunning(child)) {
    if (!isRunning(child) || Date.now() > deadline) {
      child.kill('SIGKILL')
      throw new Error(`The web application did not start on port ${port}.\n${output}`)
    }
    await sleep(50)
  }

  isReady = true
  return {
    url,
    output: () => output,
    exited,
    stop: async (graceMs = 2000) => {
      if (!isRunning(child)) return
      child.kill('SIGTERM')
      await Promise.race([exited, sleep(graceMs)])
      if (isRunning(child)) child.kill('SIGKILL')
      await exited
    },
    end: async (signal) => {
      child.kill(signal)
      return exited
    },
    kill: async () => {
      if (isRunning(child)) child.kill('SIGKILL')
      await exited
    },
  }
}

function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null
}

async function responds(url: string): Promise<boolean> {
  try {
    await fetch(`${url}/api/health`, { signal: AbortSignal.timeout(10_000) })
    return true
  } catch {
    return false
  }
}
