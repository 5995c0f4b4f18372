// Paths are resolved against this origin. `//host`, `/\host`, a scheme or control characters can lead to another one.
const origin = 'http://application.invalid'

/**
 * Parses the path to redirect to after signing in. It never leads to another site, so that a link to the sign-in page cannot
 * be used for phishing.
 *
 * @param value the requested path, from a query or a form
 * @returns the path with its query; `/account` if it is missing or leads to another site
 */
export function parseRedirectPath(value: unknown): string {
  const fallback = '/account'
  if (typeof value !== 'string' || !value.startsWith('/')) return fallback
  if (!URL.canParse(value, origin)) return fallback
  const url = new URL(value, origin)
  return url.origin === origin && !url.pathname.startsWith('//') ? url.pathname + url.search : fallback
}
