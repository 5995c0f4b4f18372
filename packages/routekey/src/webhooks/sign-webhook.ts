import { RoutekeyError } from '../errors.ts'
import { computeSignature, isMessageId, toBytes } from './signature.ts'
import { resolveWebhookKeys } from './webhook-secret.ts'

/** What {@link signWebhook} signs. */
export interface SignWebhookOptions {
  /** One for the message, the same at each attempt to send it: the receiver knows by it what it has done before. No full stop. */
  readonly id: string
  /** The body, byte for byte as it will be sent. */
  readonly body: string | Uint8Array
  /** `whsec_…`; several while a rotation is under way. */
  readonly secrets: readonly string[]
  /** When this attempt is made. Default now. */
  readonly sentAt?: Date
}

/** The headers of a signed webhook. */
export interface WebhookHeaders {
  readonly 'webhook-id': string
  readonly 'webhook-timestamp': string
  readonly 'webhook-signature': string
}

/**
 * Signs a webhook by the symmetric scheme of Standard Webhooks, HMAC-SHA-256. It does not send it.
 *
 * @throws `ERR_WEBHOOK_SECRET`, `ERR_WEBHOOK_ID`
 * @example
 * import { signWebhook } from 'routekey/webhooks'
 *
 * const body = JSON.stringify({ type: 'report.ready', timestamp: new Date(), data: { id: 7 } })
 * const headers = signWebhook({ id: 'msg_7', body, secrets: [secret] })
 * await fetch(url, { method: 'POST', body, headers: { ...headers, 'content-type': 'application/json' } })
 */
export function signWebhook({ id, body, secrets, sentAt = new Date() }: SignWebhookOptions): WebhookHeaders {
  if (!isMessageId(id)) {
    throw new RoutekeyError(
      'ERR_WEBHOOK_ID',
      `${JSON.stringify(id)} is not a valid webhook id. Use 1 to 256 visible ASCII characters, without a full stop.`,
    )
  }
  const timestamp = String(Math.floor(sentAt.getTime() / 1000))
  const bytes = toBytes(body)
  const signatures = resolveWebhookKeys(secrets).map((key) => computeSignature(key, { id, timestamp }, bytes))
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') }
}
