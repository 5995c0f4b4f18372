import { computeSignature, includesSignature, isMessageId, toBytes } from './signature.ts'
import { type WebhookSecretOptions, resolveWebhookKeys } from './webhook-secret.ts'

/** Why a webhook was refused. */
export type WebhookRefusal = 'missing_signature' | 'invalid_signature' | 'expired_signature'

/** The headers of a webhook with a valid format and timestamp. The signature is not verified yet. */
export interface WebhookHead {
  readonly id: string
  readonly timestamp: string
  readonly sentAt: Date
  readonly signatures: string
}

export interface WebhookTime {
  /** How much older or newer than now a timestamp can be, in seconds. Default 300. */
  readonly toleranceSeconds?: number
  /** Default the system's clock. */
  readonly clock?: () => Date
}

export interface VerifyWebhookOptions extends WebhookTime, WebhookSecretOptions {
  readonly headers: Headers
  /** The exact body as received. Do not parse and serialize it: the bytes would differ. */
  readonly body: string | Uint8Array
  /** `whsec_…` secrets: one, or several during a rotation. */
  readonly secrets: readonly string[]
}

/** The verified message, or why the webhook was refused. */
export type WebhookVerification =
  | {
      readonly ok: true
      /** The same at each attempt to send the message. Store it with your changes, so that you make them once. */
      readonly id: string
      /** When the sender made this attempt. */
      readonly sentAt: Date
    }
  | { readonly ok: false; readonly code: WebhookRefusal }

export const defaultToleranceSeconds = 300

// The names of the standard, and those of the senders from before it, which sign in the same way.
const headerFamilies = ['webhook', 'svix']
const headerNames = ['id', 'timestamp', 'signature']

/** Parses the headers of a webhook and checks their format and timestamp, before the body is read. */
export function parseWebhookHead(
  headers: Headers,
  { toleranceSeconds = defaultToleranceSeconds, clock = () => new Date() }: WebhookTime,
): WebhookHead | WebhookRefusal {
  // All three headers of one family: a signature covers the id and the timestamp that came with it.
  const found = headerFamilies
    .map((family) => headerNames.map((name) => headers.get(`${family}-${name}`)))
    .find((values) => values.every((value) => value !== null))
  const [id, timestamp, signatures] = found ?? []
  if (!id || !timestamp || !signatures) return found ? 'invalid_signature' : 'missing_signature'
  if (!isMessageId(id) || !/^[1-9]\d{0,11}$/.test(timestamp)) return 'invalid_signature'
  const sentAt = new Date(Number(timestamp) * 1000)
  // A timestamp in the future would stay valid after the replay store has forgotten the attempt.
  const offBySeconds = Math.abs(Math.floor(clock().getTime() / 1000) - Number(timestamp))
  return offBySeconds <= toleranceSeconds ? { id, timestamp, sentAt, signatures } : 'expired_signature'
}

/**
 * Verifies a webhook by the symmetric scheme of Standard Webhooks. It does not detect repeated messages: use `envWebhook` with a
 * replay store, or store `id` yourself.
 *
 * @throws `ERR_WEBHOOK_SECRET`
 * @example
 * import { verifyWebhook } from 'routekey/webhooks'
 *
 * const body = new Uint8Array(await request.arrayBuffer())
 * const result = verifyWebhook({ headers: request.headers, body, secrets: [secret] })
 * if (!result.ok) return new Response(null, { status: 401 })
 */
export function verifyWebhook({ headers, body, secrets, ...options }: VerifyWebhookOptions): WebhookVerification {
  const keys = resolveWebhookKeys(secrets, options)
  const head = parseWebhookHead(headers, options)
  if (typeof head === 'string') return { ok: false, code: head }
  const bytes = toBytes(body)
  const isSigned = keys.some((key) => includesSignature(head.signatures, computeSignature(key, head, bytes)))
  return isSigned ? { ok: true, id: head.id, sentAt: head.sentAt } : { ok: false, code: 'invalid_signature' }
}
