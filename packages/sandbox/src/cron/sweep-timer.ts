import { z } from 'zod'

/** The running counterpart of a scheduler such as Vercel Cron. */
export interface SweepTimer {
  readonly stop: () => Promise<void>
}

/** Options of {@link startSweepTimer}. */
export interface SweepTimerOptions {
  /** Address of the route that does what is due. */
  readonly url: string
  /** Sent as the route's bearer token. */
  readonly secret: string
  readonly intervalMs: number
  readonly log: (line: string) => void
  readonly fetch?: typeof fetch
}

const countsSchema = z.record(z.string(), z.unknown())
const timeoutMs = 60_000

/**
 * Calls the route that sweeps up pending work at a steady interval, one call at a time. Silent while the application is
 * down or has nothing to do; says what a sweep did, and once if the route refuses.
 */
export function startSweepTimer(options: SweepTimerOptions): SweepTimer {
  const { url, secret, intervalMs, log, fetch: send = fetch } = options
  const abandon = new AbortController()
  let running = Promise.resolve()
  let isRunning = false
  let lastRefusal: number | null = null

  async function sweep(): Promise<void> {
    const answer = await call()
    if (answer === null) return
    if (answer.isOk) {
      const done = describeWork(answer.body)
      if (done !== null) log(`Sweep: ${done}`)
    } else if (answer.status !== lastRefusal) {
      log(`The sweep was refused with status ${answer.status} by ${url}`)
    }
    lastRefusal = answer.isOk ? null : answer.status
  }

  async function call(): Promise<{ isOk: boolean; status: number; body: string } | null> {
    try {
      const response = await send(url, {
        headers: { authorization: `Bearer ${secret}` },
        signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), abandon.signal]),
      })
      return { isOk: response.ok, status: response.status, body: await response.text() }
    } catch {
      // The application is not up, or went down meanwhile. It will be called again.
      return null
    }
  }

  const timer = setInterval(() => {
    if (isRunning) return
    isRunning = true
    running = sweep().finally(() => {
      isRunning = false
    })
  }, intervalMs)

  return {
    async stop() {
      clearInterval(timer)
      abandon.abort()
      await running
    },
  }
}

/** Turns the counts of a sweep into words, or null if it found nothing to do. */
function describeWork(body: string): string | null {
  const counts = countsSchema.safeParse(parseJson(body))
  if (!counts.success) return null
  const parts = Object.entries(counts.data)
    .filter(([, count]) => typeof count === 'number' && count > 0)
    .map(([name, count]) => `${String(count)} ${name}`)
  return parts.length === 0 ? null : parts.join(', ')
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
