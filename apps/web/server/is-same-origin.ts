import { requestOrigin } from './request-origin.ts'

/**
 * Whether a page of this application sent the request. It is false for a request that the visitor started outside of a page, such
 * as a link in an email, and for a request that does not say where it comes from.
 */
export function isSameOrigin(headers: Headers): boolean {
  const site = headers.get('sec-fetch-site')
  if (site !== null) return site === 'same-origin'
  // Browsers leave it out on plain http, except on localhost.
  const source = headers.get('origin') ?? headers.get('referer') ?? ''
  return URL.canParse(source) && new URL(source).origin === requestOrigin(headers)
}
