import type { Denial } from '../../guard/denial.ts'

/** Returns the denial for a store or a limiter that failed. */
export const storeUnavailable = (cause: unknown): Denial => ({
  status: 503,
  code: 'store_unavailable',
  retryAfterSeconds: 5,
  cause,
})
