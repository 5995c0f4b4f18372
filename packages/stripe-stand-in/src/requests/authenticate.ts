import { createHash, timingSafeEqual } from 'node:crypto'
import { StripeErrorReply } from '../stripe-error-reply.ts'

const challenge = { 'WWW-Authenticate': 'Basic realm="Stripe"' }

/**
 * Creates the check of a request's key, which is sent as `Bearer` or as the user name of `Basic`.
 *
 * @returns a function that throws StripeErrorReply 401 unless the header has `secretKey`
 */
export function createAuthenticator(secretKey: string): (authorization: string | undefined) => void {
  const expected = digest(secretKey)
  return (authorization) => {
    const key = extractKey(authorization)
    if (key === null) {
      throw new StripeErrorReply(
        "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
        { status: 401, headers: challenge },
      )
    }
    // Digests have equal lengths, so the comparison does not reveal the length of the key.
    if (!timingSafeEqual(digest(key), expected)) {
      throw new StripeErrorReply(`Invalid API Key provided: ${maskKey(key)}`, { status: 401, headers: challenge })
    }
  }
}

/** Masks a key except its kind and its last four characters. Masks a short key completely. */
export function maskKey(key: string): string {
  if (key.length < 20 || !/^[\x21-\x7e]+$/.test(key)) return '*'.repeat(8)
  return `${key.slice(0, 8)}${'*'.repeat(key.length - 12)}${key.slice(-4)}`
}

function extractKey(authorization: string | undefined): string | null {
  const [, scheme = '', credentials = ''] = /^(bearer|basic) +(\S+) *$/i.exec(authorization ?? '') ?? []
  if (scheme.toLowerCase() === 'bearer') return credentials
  const [user = ''] = Buffer.from(credentials, 'base64').toString().split(':')
  return user === '' ? null : user
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
