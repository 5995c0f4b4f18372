import { type ChildProcess, fork } from 'node:child_process'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const webDirectory = fileURLToPath(new URL('../apps/web', import.meta.url))
const nextBinary = createRequire(join(webDirectory, 'package.json')).resolve('next/dist/bin/next')
const exitWithParent = new URL('./exit-with-parent.mjs', import.meta.url).href

/** A running `next start` or `next dev`. */
export interface WebServer {
  readonly url: string
  /** Everything it has written to its two outputs so far. */
  readonly output: () => string
  /** Settles when the process is gone, by itself or stopped. */
  readonly exited: Promise<number | null>
  /** Ends it: politely, and after `graceMs` (2 seconds) for good. */
  readonly stop: (graceMs?: number) => Promise<void>
  /** Ends it as a crash would, at once. */
  readonly kill: () => Promise<void>
}

/**
 * Starts the web application and waits until it answers.
 *
 * @param options.port where it listens, on 127.0.0.1 only
 * @param options.env its whole environment, but for PATH, HOME and NODE_ENV; nothing else is inherited
 * @param options.mode `start` (default) serves the build, `dev` compiles on request
 * @param options.onOutput gets what the process writes to its error output, and once it answers, to both; the banner that
 *   it starts with is only kept
 * @throws Error when it ends or stays silent for 60 seconds; the message carries its output
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
      // `next dev` records each request with its query, and so with a key in it, in .next/dev/trace: nothing takes this long.
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
  // What answers is another program, when this one has ended.
  while (!(await answers(url)) || !isRunning(child)) {
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
    stop: async (graceMs = 2_000) => {
      if (!isRunning(child)) return
      child.kill('SIGTERM')
      await Promise.race([exited, sleep(graceMs)])
      if (isRunning(child)) child.kill('SIGKILL')
      await exited
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

async function answers(url: string): Promise<boolean> {
  try {
    await fetch(`${url}/api/health`, { signal: AbortSignal.timeout(10_000) })
    return true
  } catch {
    return false
  }
}
