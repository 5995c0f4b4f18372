import type { GuardedRoute } from './guarded-routes.ts'

/** A response to a trial. */
export interface TrialResponse {
  readonly outcome: 'answered'
  readonly status: number
  readonly headers: [name: string, value: string][]
  readonly body: string
  /** From sending the request to the last byte of the response. */
  readonly durationMs: number
}

/** The result of one request. */
export type Trial = TrialResponse | { outcome: 'unreachable'; problem: string }

// Longer than the server waits for Supabase, so that its own response arrives.
const timeoutMs = 15_000

/**
 * Sends one request from the browser to a route of this application. It sends no cookies, so that only the key can open the
 * route, and bypasses caches, which must not store the response.
 *
 * @param key null sends none
 * @returns null if it was aborted
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
    return `No response within ${timeoutMs / 1000} seconds. Try again.`
  }
  return navigator.onLine
    ? 'We couldn’t reach the server. Check your connection and try again.'
    : 'You are offline. Try again when you are connected.'
}
