import type { GuardedRoute } from './guarded-routes.ts'

/** What came back. */
export interface TrialResponse {
  readonly outcome: 'answered'
  readonly status: number
  readonly headers: [name: string, value: string][]
  readonly body: string
  /** From sending to the last byte. */
  readonly durationMs: number
}

/** What a visitor sees of one request. */
export type Trial = TrialResponse | { outcome: 'unreachable'; problem: string }

const timeoutMs = 10_000

/**
 * Sends one request from the browser to a route of this application, and nowhere else. Without cookies, so that nothing
 * but the key can open the route, and past every cache, which must not keep the answer.
 *
 * @param key null sends none
 * @returns null when it was aborted
 */
export async function sendTrial(route: GuardedRoute, key: string | null, signal: AbortSignal): Promise<Trial | null> {
  const startedAt = performance.now()
  try {
    const response = await fetch(route.path, {
      method: route.method,
      headers: key === null ? {} : { authorization: `Bearer ${key}` },
      credentials: 'omit',
      cache: 'no-store',
      redirect: 'error',
      referrerPolicy: 'no-referrer',
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    })
    const body = await response.text()
    const durationMs = Math.round(performance.now() - startedAt)
    return { outcome: 'answered', status: response.status, headers: [...response.headers], body, durationMs }
  } catch (error) {
    if (signal.aborted) return null
    return { outcome: 'unreachable', problem: describe(error) }
  }
}

function describe(error: unknown): string {
  if (error instanceof DOMException && error.name === 'TimeoutError') {
    return `No answer within ${timeoutMs / 1000} seconds. Try again.`
  }
  return navigator.onLine
    ? 'The server could not be reached. Check your connection and try again.'
    : 'You are offline. Try again once you are connected.'
}
