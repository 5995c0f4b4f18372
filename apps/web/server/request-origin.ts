/**
 * Tells the origin at which the visitor reached the application. It trusts the headers of the proxy in front, as
 * Next.js does; Supabase checks it once more against the redirect addresses that the project allows.
 */
export function requestOrigin(headers: Headers): string {
  const host = headers.get('x-forwarded-host') ?? headers.get('host') ?? 'localhost'
  return `${isHttps(headers) ? 'https' : 'http'}://${host}`
}

/** Tells whether the visitor came by https, also where a proxy in front of the application ended it. */
export function isHttps(headers: Headers): boolean {
  // Next.js always sets it; a chain of proxies lists theirs, the visitor's end first.
  return headers.get('x-forwarded-proto')?.split(',')[0]?.trim() === 'https'
}
