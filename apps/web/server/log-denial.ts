import 'server-only'
import type { DeniedEvent } from 'routekey'
import { log } from './log.ts'

/** Logs why a guard denied a request. It leaves out the URL and the headers, which may contain a key. */
export function logDenial({ denial, method, path }: DeniedEvent): void {
  const { status, code } = denial
  log(status === 503 ? 'error' : 'warn', 'request.refused', { method, path, status, code })
}
