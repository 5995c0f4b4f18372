import type { RandomBytes } from '../key/base62.ts'
import { RoutekeyError } from '../errors.ts'
import { estimateBits, minimumSecretBits } from '../secret/estimate-bits.ts'
import { isPublished } from '../secret/published-secrets.ts'
import { decodeBase64, encodeBase64 } from './base64.ts'
import { toBytes } from './signature.ts'

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

/** How the text of a webhook secret becomes the signing key. */
export interface WebhookSecretOptions {
  /**
   * `base64`: the text is base64, as Standard Webhooks defines. `utf8`: the bytes of the text, with its prefix, are the key, as
   * some senders sign. Default `base64`.
   */
  readonly secretEncoding?: 'base64' | 'utf8'
}

const isStrong = (text: string) => estimateBits(text) >= minimumSecretBits

/** What is wrong with a webhook secret. */
export type WebhookSecretProblem = 'secret_unset' | 'secret_weak' | 'secret_unusable'

// `v1,` names the version of the scheme, as in the header. Some senders omit the prefix `whsec_`.
const shownSecret = /^(?:v1,)?(?:whsec_)?/

const problems = {
  secret_unset: 'unset or empty',
  secret_unusable: 'not 24 to 64 bytes in base64',
  secret_weak: 'too easy to guess',
} as const satisfies Record<WebhookSecretProblem, string>

/** Says what is wrong with a webhook secret, and how to fix it. */
export const describeWebhookProblem = (problem: WebhookSecretProblem) =>
  `The secret is ${problems[problem]}, so every webhook is refused. Set it to the whsec_… secret that the sender shows for this endpoint.`

function parseKey(secret: string): Uint8Array | WebhookSecretProblem {
  const key = decodeBase64(secret.replace(shownSecret, ''))
  if (key === null || key.length < minimumBytes || key.length > maximumBytes) return 'secret_unusable'
  const steps = key.map((byte, index) => byte - (key[index - 1] ?? 0))
  const isVaried = [key, steps].every((bytes) => new Set(bytes).size >= minimumDistinctBytes)
  // Bytes as characters: the text of a placeholder has its words.
  return isVaried && isStrong(String.fromCharCode(...key)) ? key : 'secret_weak'
}

/**
 * Parses a secret as a sender shows it, such as `whsec_…`, `v1,whsec_…` or several with `|` between them, to its signing keys.
 * One malformed or weak part makes all of it unusable. It cannot know how a key was generated.
 */
function parseWebhookSecret(
  secret: string | undefined,
  { secretEncoding = 'base64' }: WebhookSecretOptions = {},
): readonly Uint8Array[] | WebhookSecretProblem {
  if (!secret) return 'secret_unset'
  if (secretEncoding === 'utf8') return isStrong(secret) ? [toBytes(secret)] : 'secret_weak'
  const keys: Uint8Array[] = []
  for (const part of secret.split('|')) {
    const key = parseKey(part)
    if (typeof key === 'string') return key
    keys.push(key)
  }
  return keys
}

/** Parses the secret of an environment variable. Unlike a test, an application must not use a published secret. */
export function resolveWebhookSecret(
  secret: string | undefined,
  options?: WebhookSecretOptions,
): readonly Uint8Array[] | WebhookSecretProblem {
  const parts = secret?.split('|') ?? []
  return parts.some((part) => isPublished(part.replace(shownSecret, '')))
    ? 'secret_weak'
    : parseWebhookSecret(secret, options)
}

/**
 * Parses the secrets of a sender to their signing keys.
 *
 * @throws `ERR_WEBHOOK_SECRET`
 */
export function resolveWebhookKeys(secrets: readonly string[], options: WebhookSecretOptions): readonly Uint8Array[] {
  if (secrets.length === 0) {
    throw new RoutekeyError('ERR_WEBHOOK_SECRET', 'secrets is empty. Pass at least one whsec_… secret.')
  }
  return secrets.flatMap((secret) => {
    const keys = parseWebhookSecret(secret, options)
    if (typeof keys === 'string') {
      throw new RoutekeyError(
        'ERR_WEBHOOK_SECRET',
        'A webhook secret is malformed or not random. Use the whsec_… that the sender shows, or generateWebhookSecret().',
      )
    }
    return keys
  })
}
