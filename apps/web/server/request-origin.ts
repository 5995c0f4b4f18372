/**
 * Returns the origin at which the visitor reached the application. It trusts the headers of the proxy in front, like
 * Next.js; Supabase checks it against the redirect URLs that the project allows.
 */
export function requestOrigin(headers: Headers): string {
  const host = headers.get('x-forwarded-host') ?? headers.get('host') ?? 'localhost'
  return `${isHttps(headers) ? 'https' : 'http'}://${host}`
}

/** Whether the visitor used https, including where a proxy in front of the application terminates it. */
export function isHttps(headers: Headers): boolean {
  // Next.js always sets it. A chain of proxies lists its protocols, the visitor's first.
  return headers.get('x-forwarded-proto')?.split(',')[0]?.trim() === 'https'
}
