import type { ResponseHeaders } from './verifier.ts'

/**
 * Merges a header of the guard with the one that the handler set. `Vary` lists both, `Cache-Control: private` is only a default, and
 * every other header of the guard replaces the handler's.
 */
export function mergeHeader(name: string, value: string, current: string | null): string {
  if (!current) return value
  if (name !== 'vary') return value === 'private' ? current : value
  return [...new Set(`${current}, ${value}`.toLowerCase().split(/ *, */))].join(', ')
}

/** Sets headers on a response, and merges each with the one that it has. */
export function addHeaders(response: Response, headers: ResponseHeaders, merge = mergeHeader): Response {
  // No copy can be made of the response to an upgrade, or of `Response.error()`.
  if (response.status < 200) return response
  // The headers of `Response.redirect()` and of a fetched response are immutable; those of a copy are not.
  const copy = new Response(response.body, response)
  for (const [name, value] of Object.entries(headers)) {
    copy.headers.set(name, merge(name, value, copy.headers.get(name)))
  }
  return copy
}
