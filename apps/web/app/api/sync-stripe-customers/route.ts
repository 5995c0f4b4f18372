import { envSecret } from 'routekey'
import { withKey } from 'routekey/next'
import { keyring } from '#features/keys/keyring.ts'
import { getStripeCustomerEngine } from '#features/stripe-customer/engine.ts'
import { sweepBudgetMs } from '#features/stripe-customer/sweep-budget.ts'
import { logDenial } from '#server/log-denial.ts'
import { methodNotAllowed } from '#server/method-not-allowed.ts'
import { catchProblems } from '#server/problem-response.ts'

/** In seconds, for hosts that end long requests. */
export const maxDuration = 60

async function sweep(): Promise<Response> {
  // First, because it takes milliseconds. A failure must not keep the customers waiting, and is reported after them.
  const [pruned] = await Promise.allSettled([keyring.prune()])
  const swept = await getStripeCustomerEngine().sweep({ budgetMs: sweepBudgetMs })
  if (pruned.status === 'rejected') throw pruned.reason
  const { keys, secrets, auditEntries, usageHours } = pruned.value
  const prunedRows = keys + secrets + auditEntries + usageHours
  return Response.json({ ...swept, prunedRows }, { headers: { 'cache-control': 'no-store' } })
}

/** Does all work that is due and responds with counts, for a scheduler. Vercel Cron sends GET. */
export const GET = withKey(envSecret('CRON_SECRET'), catchProblems(sweep), { onDenied: logDenial })

export const { DELETE, HEAD, OPTIONS, PATCH, POST, PUT } = methodNotAllowed('GET')
