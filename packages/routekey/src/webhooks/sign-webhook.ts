import { RoutekeyError } from '../errors.ts'
import { computeSignature, isMessageId, toBytes } from './signature.ts'
import { type WebhookSecretOptions, resolveWebhookKeys } from './webhook-secret.ts'

export interface SignWebhookOptions extends WebhookSecretOptions {
  /** The id of the message, the same at each attempt, so that the receiver can process it once. Without a full stop. */
  readonly id: string
  /** The exact body that you send. */
  readonly body: string | Uint8Array
  /** `whsec_…` secrets: one, or several during a rotation. */
  readonly secrets: readonly string[]
  /** The time of this attempt. Default: now. */
  readonly sentAt?: Date
}

/** Set these on the request that delivers the webhook. */
export interface WebhookHeaders {
  readonly 'webhook-id': string
  readonly 'webhook-timestamp': string
  readonly 'webhook-signature': string
}

/**
 * Signs a webhook by the symmetric scheme of Standard Webhooks (HMAC-SHA-256). It does not send it.
 *
 * @throws `ERR_WEBHOOK_SECRET`, `ERR_WEBHOOK_ID`
 * @example
 * import { signWebhook } from 'routekey/webhooks'
 *
 * const body = JSON.stringify({ type: 'report.ready', timestamp: new Date(), data: { id: 7 } })
 * const headers = signWebhook({ id: 'msg_7', body, secrets: [secret] })
 * await fetch(url, { method: 'POST', body, headers: { ...headers, 'content-type': 'application/json' } })
 */
export function signWebhook(options: SignWebhookOptions): WebhookHeaders {
  const { id, body, secrets, sentAt = new Date() } = options
  if (!isMessageId(id)) {
    throw new RoutekeyError(
      'ERR_WEBHOOK_ID',
      `${JSON.stringify(id)} is not a valid webhook id. Use 1 to 256 visible ASCII characters, without a full stop.`,
    )
  }
  const timestamp = String(Math.floor(sentAt.getTime() / 1000))
  const bytes = toBytes(body)
  const signatures = resolveWebhookKeys(secrets, options).map((key) => computeSignature(key, { id, timestamp }, bytes))
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') }
}
