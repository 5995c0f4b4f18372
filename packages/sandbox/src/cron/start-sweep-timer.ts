import { z } from 'zod'

/** A scheduler for local development, in place of Vercel Cron. */
export interface SweepTimer {
  readonly stop: () => Promise<void>
}

/** Options of {@link startSweepTimer}. */
export interface SweepTimerOptions {
  /** Address of the sweep route. */
  readonly url: string
  /** The key of the route, sent as a bearer token. */
  readonly secret: string
  readonly intervalMs: number
  readonly log: (line: string) => void
  readonly fetch?: typeof fetch
}

const countsSchema = z.record(z.string(), z.unknown())
const timeoutMs = 60_000

/**
 * Calls the sweep route at an interval, one call at a time.
 *
 * It logs what a sweep has done, and the first of several refusals. It logs nothing while the application is down or there
 * is no work.
 */
export function startSweepTimer(options: SweepTimerOptions): SweepTimer {
  const { url, secret, intervalMs, log, fetch: send = fetch } = options
  const stopping = new AbortController()
  let running = Promise.resolve()
  let isRunning = false
  let lastRefusal: number | null = null

  async function sweep(): Promise<void> {
    const result = await call()
    if (result === null) return
    if (result.isOk) {
      const counts = describeCounts(result.body)
      if (counts !== null) log(`Sweep: ${counts}`)
    } else if (result.status !== lastRefusal) {
      log(`The sweep failed: ${url} answered ${result.status}. Check CRON_SECRET and the log of the application.`)
    }
    lastRefusal = result.isOk ? null : result.status
  }

  async function call(): Promise<{ isOk: boolean; status: number; body: string } | null> {
    try {
      const response = await send(url, {
        headers: { authorization: `Bearer ${secret}` },
        signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), stopping.signal]),
      })
      return { isOk: response.ok, status: response.status, body: await response.text() }
    } catch {
      // The application is down. The next call tries again.
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
      stopping.abort()
      await running
    },
  }
}

/** Describes the counts of a sweep, or returns null if it did nothing. */
function describeCounts(body: string): string | null {
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
