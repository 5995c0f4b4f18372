import 'server-only'
import type { DeniedEvent } from 'routekey'
import { logRefusal } from './refuse-request.ts'

/** Logs why a guard denied a request. It leaves out the URL and the headers, which may contain a key. */
export function logDenial({ denial: { status, code }, method, path }: DeniedEvent): void {
  logRefusal({ method, path, status, code })
}
