import type { ResponseHeaders } from './verifier.ts'

/** Sets headers on a response and replaces those of the same name. */
export function addHeaders(response: Response, headers: ResponseHeaders): Response {
  const entries = Object.entries(headers)
  if (entries.length === 0) return response
  // The headers of `Response.redirect()` and of a fetched response are immutable; those of a copy are not.
  const copy = new Response(response.body, response)
  for (const [name, value] of entries) copy.headers.set(name, value)
  return copy
}
