import { computeSignature, includesSignature, isMessageId, toBytes } from './signature.ts'
import { resolveWebhookKeys } from './webhook-secret.ts'

/** Why a webhook was refused. */
export type WebhookRefusal = 'missing_signature' | 'invalid_signature' | 'expired_signature'

/** The headers of a webhook whose form and time are right; nothing about it is proven yet. */
export interface WebhookHead {
  readonly id: string
  readonly timestamp: string
  readonly sentAt: Date
  readonly signatures: string
}

/** What {@link parseWebhookHead} needs to know about time. */
export interface WebhookTime {
  /** How far the sender's clock may be from ours, either way, in seconds. Default 300. */
  readonly toleranceSeconds?: number
  /** Default the system's clock. */
  readonly clock?: () => Date
}

/** What {@link verifyWebhook} verifies. */
export interface VerifyWebhookOptions extends WebhookTime {
  readonly headers: Headers
  /** The body, byte for byte as it came: parsed and written again, it is another one. */
  readonly body: string | Uint8Array
  /** `whsec_…`; several while a rotation is under way. */
  readonly secrets: readonly string[]
}

/** Which message it was, or why it was refused. */
export type WebhookVerification =
  | {
      readonly ok: true
      /** The same at each attempt to send the message; remember it together with what you do, and do that once. */
      readonly id: string
      /** When this attempt was made. */
      readonly sentAt: Date
    }
  | { readonly ok: false; readonly code: WebhookRefusal }

/** Default of {@link WebhookTime.toleranceSeconds}. */
export const defaultToleranceSeconds = 300

/** Reads a webhook's headers and refuses what its body could not mend. */
export function parseWebhookHead(
  headers: Headers,
  { toleranceSeconds = defaultToleranceSeconds, clock = () => new Date() }: WebhookTime,
): WebhookHead | WebhookRefusal {
  const id = headers.get('webhook-id')
  const timestamp = headers.get('webhook-timestamp')
  const signatures = headers.get('webhook-signature')
  if (id === null || timestamp === null || signatures === null) return 'missing_signature'
  if (!isMessageId(id) || !/^[1-9]\d{0,11}$/.test(timestamp)) return 'invalid_signature'
  const sentAt = new Date(Number(timestamp) * 1000)
  // A message from the future would stay good until long after the replay store has forgotten it.
  const offBySeconds = Math.abs(Math.floor(clock().getTime() / 1000) - Number(timestamp))
  return offBySeconds <= toleranceSeconds ? { id, timestamp, sentAt, signatures } : 'expired_signature'
}

/**
 * Verifies a webhook by the symmetric scheme of Standard Webhooks. It does not know whether the message came before: give the
 * verifier `envWebhook` a replay store, or remember `id` yourself.
 *
 * @throws `ERR_WEBHOOK_SECRET`
 * @example
 * import { verifyWebhook } from 'routekey/webhooks'
 *
 * const body = new Uint8Array(await request.arrayBuffer())
 * const result = verifyWebhook({ headers: request.headers, body, secrets: [secret] })
 * if (!result.ok) return new Response(null, { status: 401 })
 */
export function verifyWebhook({ headers, body, secrets, ...time }: VerifyWebhookOptions): WebhookVerification {
  const keys = resolveWebhookKeys(secrets)
  const head = parseWebhookHead(headers, time)
  if (typeof head === 'string') return { ok: false, code: head }
  const bytes = toBytes(body)
  const isSigned = keys.some((key) => includesSignature(head.signatures, computeSignature(key, head, bytes)))
  return isSigned ? { ok: true, id: head.id, sentAt: head.sentAt } : { ok: false, code: 'invalid_signature' }
}
