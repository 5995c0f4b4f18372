import { createHmac } from 'node:crypto'

/**
 * Signs a webhook as Stripe does: HMAC-SHA-256 of the timestamp, a dot and the body.
 *
 * @param timestamp in seconds
 * @returns the value of the `Stripe-Signature` header
 */
export function signWebhook(body: string, secret: string, timestamp: number): string {
  const signature = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')
  return `t=${timestamp},v1=${signature}`
}
