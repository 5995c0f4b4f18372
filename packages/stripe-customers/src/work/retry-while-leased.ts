import { hasErrorCode } from '../errors.ts'
import type { Timing } from '../timing.ts'

const firstDelayMs = 100
const maxDelayMs = 2000

/**
 * Repeats a write while the database is unavailable and the lease lasts. Otherwise the outcome of a call to Stripe would be
 * lost until the lease expires and the next worker finds it out again. The lease guards each write, so repeating one whose
 * response alone was lost does no harm.
 *
 * @throws `StripeCustomersError`, the one that the last write threw
 */
export async function retryWhileLeased<T>(
  { clock, sleep }: Timing,
  leaseExpiresAt: Date,
  write: () => Promise<T>,
): Promise<T> {
  for (let delayMs = firstDelayMs; ; delayMs = Math.min(maxDelayMs, delayMs * 2)) {
    try {
      return await write()
    } catch (error) {
      const isUnavailable = hasErrorCode(error, 'ERR_STRIPE_CUSTOMERS_DATABASE_UNAVAILABLE')
      if (!isUnavailable || clock().getTime() + delayMs >= leaseExpiresAt.getTime()) throw error
    }
    await sleep(delayMs)
  }
}
