import type { ResponseHeaders } from './verifier.ts'

/** Sets headers on a response, over what it has. */
export function addHeaders(response: Response, headers: ResponseHeaders): Response {
  const entries = Object.entries(headers)
  if (entries.length === 0) return response
  // `Response.redirect()` and what `fetch` gives have headers that cannot be changed; a copy's can.
  const copy = new Response(response.body, response)
  for (const [name, value] of entries) copy.headers.set(name, value)
  return copy
}
