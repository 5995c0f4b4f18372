import { log } from './log.ts'
import { problemResponse } from './problem-response.ts'

/** A refused request, as it is logged. */
export interface Refusal {
  readonly method: string | undefined
  /** Without the query, which may contain a key. */
  readonly path: string
  readonly status: number
  readonly code?: string
}

/** Logs that a request was refused. Call it once for each. */
export function logRefusal({ path, ...refusal }: Refusal): void {
  const level = refusal.status === 503 ? 'error' : 'warn'
  // Enough of the path to recognise it.
  log(level, 'request.refused', { path: path.slice(0, 200), ...refusal })
}

/** Logs the refusal with which a request is answered, and returns it. */
export function logResponse<Answer extends Response>(request: Request, response: Answer): Answer {
  logRefusal({ method: request.method, path: new URL(request.url).pathname, status: response.status })
  return response
}

/**
 * Refuses a request with a problem, and logs it.
 *
 * @param detail says what is wrong with the request and how to fix it; it is public
 * @param headers additional headers, such as `Allow`
 */
export function refuseRequest(
  request: Request,
  status: number,
  detail: string,
  headers: Record<string, string> = {},
): Response {
  return logResponse(request, problemResponse(status, detail, headers))
}
