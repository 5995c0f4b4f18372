/**
 * Creates a content security policy with a nonce of 128 random bits.
 *
 * @param options.development relaxes it for `next dev`, where React evaluates code and the error overlay sets styles
 */
export function contentSecurityPolicy(options: { development: boolean }): string {
  const nonce = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64')
  const scripts = options.development ? " 'unsafe-eval'" : ''
  const styles = options.development ? "'unsafe-inline'" : `'nonce-${nonce}'`
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${scripts}`,
    `style-src 'self' ${styles}`,
    "img-src 'self' data:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')
}
