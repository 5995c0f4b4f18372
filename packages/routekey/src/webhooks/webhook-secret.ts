import type { RandomBytes } from '../key/base62.ts'
import { RoutekeyError } from '../errors.ts'
import { decodeBase64, encodeBase64 } from './base64.ts'

const prefix = 'whsec_'
// Standard Webhooks, "Signature scheme": 24 to 64 random bytes.
const minimumBytes = 24
const maximumBytes = 64
const generatedBytes = 32
// Fewer distinct bytes among 24 random ones happen less than once in a trillion times. A placeholder has few.
const minimumDistinctBytes = 12

const webCryptoBytes: RandomBytes = (size) => crypto.getRandomValues(new Uint8Array(size))

/**
 * Generates a secret for signing webhooks: `whsec_` and 32 random bytes in base64. Use one secret for each endpoint.
 *
 * @example
 * import { generateWebhookSecret } from 'routekey/webhooks'
 *
 * const secret = generateWebhookSecret()
 */
export function generateWebhookSecret(options: { readonly randomBytes?: RandomBytes } = {}): string {
  const { randomBytes = webCryptoBytes } = options
  return prefix + encodeBase64(randomBytes(generatedBytes))
}

/** Parses a secret to its signing key; null if it is not 24 to 64 bytes in base64. Some senders omit the prefix. */
export function parseWebhookSecret(secret: string): Uint8Array | null {
  const bytes = decodeBase64(secret.startsWith(prefix) ? secret.slice(prefix.length) : secret)
  return bytes !== null && bytes.length >= minimumBytes && bytes.length <= maximumBytes ? bytes : null
}

/** Whether a signing key looks random. It cannot know how the key was generated. */
export const looksRandom = (key: Uint8Array) => new Set(key).size >= minimumDistinctBytes

/**
 * Parses the secrets of a sender to their signing keys.
 *
 * @throws `ERR_WEBHOOK_SECRET`
 */
export function resolveWebhookKeys(secrets: readonly string[]): readonly Uint8Array[] {
  if (secrets.length === 0) {
    throw new RoutekeyError('ERR_WEBHOOK_SECRET', 'secrets is empty. Pass at least one whsec_… secret.')
  }
  return secrets.map((secret) => {
    const key = parseWebhookSecret(secret)
    if (key === null || !looksRandom(key)) {
      throw new RoutekeyError(
        'ERR_WEBHOOK_SECRET',
        'A webhook secret is malformed or not random. Use the whsec_… that the sender shows, or generateWebhookSecret().',
      )
    }
    return key
  })
}
