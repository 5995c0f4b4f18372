import { defaultLeaseMs, defaultRequestTimeoutMs } from '@routekey/stripe-customers'
import { expect, it, vi } from 'vitest'
import { sweepBudgetMs } from './sweep-budget.ts'

vi.mock('server-only', () => ({}))

const recordMs = 5000

it('lets the last row of a sweep take its lease, a request and a write before the host cuts the route off', async () => {
  const { maxDuration } = await import('#app/api/sync-stripe-customers/route.ts')
  const longestMs = sweepBudgetMs + defaultLeaseMs + defaultRequestTimeoutMs + recordMs
  expect(longestMs).toBeLessThanOrEqual(maxDuration * 1000)
  // Most of what is due is still done within one call.
  expect(sweepBudgetMs).toBeGreaterThanOrEqual(10_000)
})
