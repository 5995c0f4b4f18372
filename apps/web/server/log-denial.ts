import 'server-only'
import type { DeniedEvent } from 'routekey'
import { log } from './log.ts'

/** Logs why a guard refused a request: what the caller is not told. The request's address and headers may hold a key. */
export function logDenial({ denial, method, path }: DeniedEvent): void {
  const { status, code } = denial
  log(status === 503 ? 'error' : 'warn', 'request.refused', { method, path, status, code })
}
