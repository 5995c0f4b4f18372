import type { Clock } from '../clock.ts'
import { isDatabaseError } from '../errors.ts'

const firstDelayMs = 100
const maxDelayMs = 2000

/**
 * Repeats a write for as long as the lease lasts while the database is unavailable, because what Stripe did would
 * otherwise wait for the end of the lease to be found out again. Writes are guarded by the lease, so that one whose answer
 * alone was lost does no harm when repeated.
 *
 * @param deadlineMs The end of the lease.
 * @throws StripeCustomersError what the last write threw.
 */
export async function record<T>(clock: Clock, deadlineMs: number, write: () => Promise<T>): Promise<T> {
  for (let delayMs = firstDelayMs; ; delayMs = Math.min(maxDelayMs, delayMs * 2)) {
    try {
      return await write()
    } catch (error) {
      if (!isDatabaseError(error, 'UNAVAILABLE') || clock.nowMs() + delayMs >= deadlineMs) throw error
    }
    await clock.sleep(delayMs)
  }
}
