const causes = {
  details: 'Stripe rejected your details',
  stripe: 'Stripe returned an error',
  application: 'Something went wrong in this application',
} as const

/** The reason why there is no customer yet. */
export type StripeCustomerCause = keyof typeof causes

/**
 * The progress of a profile's Stripe customer, without internal details. Times are ISO 8601. `nextAttemptAt` is null during
 * an attempt. `waiting`: the user is not confirmed.
 */
export type StripeCustomerProgress =
  | { status: 'pending' }
  | { status: 'waiting' }
  | { status: 'retrying'; nextAttemptAt: string | null; cause: StripeCustomerCause }
  | { status: 'failed'; cause: StripeCustomerCause }
  | { status: 'done'; stripeCustomer: string }

/**
 * Parses the server's response in the browser. By hand, because even Zod Mini would be a tenth of the page's scripts.
 *
 * @returns null if it is not a progress
 */
export function parseStripeCustomerProgress(value: unknown): StripeCustomerProgress | null {
  if (typeof value !== 'object' || value === null || !('status' in value)) return null
  const { status } = value
  if (status === 'pending' || status === 'waiting') return { status }
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

/** Describes why there is no customer yet, as the start of a sentence. */
export function describeCause(cause: StripeCustomerCause): string {
  return causes[cause]
}

/**
 * Describes when the next attempt starts.
 *
 * @param nextAttemptAt null during an attempt
 * @param nowMs the visitor's clock; null if it is unknown, as on the server
 */
export function describeNextAttempt(nextAttemptAt: string | null, nowMs: number | null): string {
  if (nextAttemptAt === null) return 'Trying again now.'
  const seconds = nowMs === null ? 0 : Math.ceil((Date.parse(nextAttemptAt) - nowMs) / 1000)
  if (seconds <= 0) return 'Next attempt soon.'
  return seconds < 100 ? `Next attempt in ${seconds} s.` : `Next attempt in ${Math.ceil(seconds / 60)} min.`
}
