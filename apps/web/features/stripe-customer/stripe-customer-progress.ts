const causes = {
  details: 'Stripe did not accept your details',
  stripe: 'Stripe did not answer as it should',
  application: 'Something went wrong in this application',
} as const

/** Whose the fault is that there is no customer yet. */
export type StripeCustomerCause = keyof typeof causes

/**
 * How far a profile's Stripe customer is, as its owner may know it. Times are ISO 8601. `nextAttemptAt` is null while it is
 * being tried.
 */
export type StripeCustomerProgress =
  | { status: 'pending' }
  | { status: 'retrying'; nextAttemptAt: string | null; cause: StripeCustomerCause }
  | { status: 'failed'; cause: StripeCustomerCause }
  | { status: 'done'; stripeCustomer: string }

/**
 * Parses what the server tells the account page. By hand, because the smallest zod would be a tenth of that page's script.
 *
 * @returns null when it is not a progress
 */
export function parseStripeCustomerProgress(value: unknown): StripeCustomerProgress | null {
  if (typeof value !== 'object' || value === null || !('status' in value)) return null
  const { status } = value
  if (status === 'pending') return { status }
  if (status === 'done' && 'stripeCustomer' in value && typeof value.stripeCustomer === 'string') {
    return { status, stripeCustomer: value.stripeCustomer }
  }
  if (!('cause' in value) || !isCause(value.cause)) return null
  const { cause } = value
  if (status === 'failed') return { status, cause }
  if (status !== 'retrying' || !('nextAttemptAt' in value)) return null
  const { nextAttemptAt } = value
  if (nextAttemptAt === null) return { status, nextAttemptAt, cause }
  if (typeof nextAttemptAt !== 'string' || Number.isNaN(Date.parse(nextAttemptAt))) return null
  return { status, nextAttemptAt, cause }
}

function isCause(value: unknown): value is StripeCustomerCause {
  return typeof value === 'string' && Object.hasOwn(causes, value)
}

/** Says why there is no customer yet, as the beginning of a sentence. */
export function describeCause(cause: StripeCustomerCause): string {
  return causes[cause]
}

/**
 * Says when it is tried again.
 *
 * @param nextAttemptAt null while it is being tried
 * @param nowMs the reader's clock; null where it is not known, as on the server
 */
export function describeNextAttempt(nextAttemptAt: string | null, nowMs: number | null): string {
  if (nextAttemptAt === null) return 'Trying again now.'
  const seconds = nowMs === null ? 0 : Math.ceil((Date.parse(nextAttemptAt) - nowMs) / 1000)
  if (seconds <= 0) return 'Trying again shortly.'
  return seconds < 100 ? `Trying again in ${seconds} s.` : `Trying again in ${Math.ceil(seconds / 60)} min.`
}
