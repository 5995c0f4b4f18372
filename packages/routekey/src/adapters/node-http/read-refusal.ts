import { mergeHeader } from '../../guard/add-headers.ts'
import { runHook } from '../../guard/authenticate.ts'
import type { Denial } from '../../guard/denial.ts'
import { denialResponse } from '../../guard/denial-response.ts'
import { type GuardOptions, refuse } from '../../guard/refuse.ts'

/** A response that is ready to be sent. */
export interface Refusal {
  readonly status: number
  readonly headers: Headers
  readonly body: string | Uint8Array
}

/** Reads the response to a refused request. Never throws. */
export async function readRefusal(denial: Denial, request: Request, options: GuardOptions): Promise<Refusal> {
  const given = await refuse(denial, request, options)
  const bytes = await runHook('respond', () => given.arrayBuffer(), options.logger)
  const { status, headers } = bytes === undefined ? denialResponse(denial) : given
  const body = Buffer.from(bytes ?? (await denialResponse(denial).arrayBuffer()))
  const text = body.toString()
  // Responses that stand in for those of `node:http` in tests expect text.
  return { status, headers, body: Buffer.from(text).equals(body) ? text : body }
}

/** Sets the headers of a response beside those that the application has set, and replaces those of the same name. */
export function setHeaders(
  headers: Headers,
  get: (name: string) => string | number | readonly string[] | undefined,
  set: (name: string, value: string | string[]) => unknown,
): void {
  for (const [name, value] of headers) {
    const current = get(name)
    if (name !== 'set-cookie') set(name, name === 'vary' && current ? mergeHeader(name, value, String(current)) : value)
  }
  const cookies = headers.getSetCookie()
  if (cookies.length > 0) set('set-cookie', [get('set-cookie') ?? [], cookies].flat(2).map(String))
}
