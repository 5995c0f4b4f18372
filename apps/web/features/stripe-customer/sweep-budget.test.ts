import { defaultLeaseMs, defaultRequestTimeoutMs } from '@routekey/stripe-customers'
import { expect, it, vi } from 'vitest'
import { sweepBudgetMs } from './sweep-budget.ts'

vi.mock('server-only', () => ({}))

const writeMs = 5000

it('leaves the last row of a sweep time for its lease, a request and a write before the host ends the request', async () => {
  const { maxDuration } = await import('#app/api/sync-stripe-customers/route.ts')
  const longestMs = sweepBudgetMs + defaultLeaseMs + defaultRequestTimeoutMs + writeMs
  expect(longestMs).toBeLessThanOrEqual(maxDuration * 1000)
  // Most of the due work is still done within one call.
  expect(sweepBudgetMs).toBeGreaterThanOrEqual(10_000)
})
