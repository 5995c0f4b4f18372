// Resolved against this origin: whatever leaves it, by `//host`, `/\host`, a scheme or control characters, was not a path.
const origin = 'http://application.invalid'

/**
 * Parses where to go after signing in. It follows no address out of the application, so that a link to the sign-in page
 * cannot hand its visitor on to another site.
 *
 * @param value the path asked for, from a query or a form
 * @returns the path with its query; `/account` when there is none or it leads elsewhere
 */
export function parseRedirectPath(value: unknown): string {
  const fallback = '/account'
  if (typeof value !== 'string' || !value.startsWith('/')) return fallback
  if (!URL.canParse(value, origin)) return fallback
  const url = new URL(value, origin)
  return url.origin === origin && !url.pathname.startsWith('//') ? url.pathname + url.search : fallback
}
