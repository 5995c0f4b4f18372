/** How far a profile's Stripe customer is, as its owner may know it. Times are ISO 8601. */
export type StripeCustomerProgress =
  | { status: 'pending' }
  | { status: 'retrying'; nextAttemptAt: string }
  | { status: 'failed' }
  | { status: 'done'; stripeCustomer: string }

/**
 * Parses what the server tells the account page. By hand, because the smallest zod would be a tenth of that page's script.
 *
 * @returns null when it is not a progress
 */
export function parseStripeCustomerProgress(value: unknown): StripeCustomerProgress | null {
  if (typeof value !== 'object' || value === null || !('status' in value)) return null
  const { status } = value
  if (status === 'pending' || status === 'failed') return { status }
  if (status === 'done' && 'stripeCustomer' in value && typeof value.stripeCustomer === 'string') {
    return { status, stripeCustomer: value.stripeCustomer }
  }
  if (status === 'retrying' && 'nextAttemptAt' in value && typeof value.nextAttemptAt === 'string') {
    return Number.isNaN(Date.parse(value.nextAttemptAt)) ? null : { status, nextAttemptAt: value.nextAttemptAt }
  }
  return null
}

/**
 * Says when it is tried again.
 *
 * @param nowMs the reader's clock; null where it is not known, as on the server
 */
export function describeNextAttempt(nextAttemptAt: string, nowMs: number | null): string {
  const seconds = nowMs === null ? 0 : Math.ceil((Date.parse(nextAttemptAt) - nowMs) / 1000)
  if (seconds <= 0) return 'Trying again shortly.'
  return seconds < 100 ? `Trying again in ${seconds} s.` : `Trying again in ${Math.ceil(seconds / 60)} min.`
}
