import { envSecret } from 'routekey'
import { withKey } from 'routekey/next'
import { getStripeCustomerEngine } from '#features/stripe-customer/engine.ts'
import { sweepBudgetMs } from '#features/stripe-customer/sweep-budget.ts'
import { logDenial } from '#server/log-denial.ts'
import { methodNotAllowed } from '#server/method-not-allowed.ts'
import { catchProblems } from '#server/problem-response.ts'

/** In seconds, for hosts that end long requests. */
export const maxDuration = 60

async function sweep(): Promise<Response> {
  return Response.json(await getStripeCustomerEngine().sweep({ budgetMs: sweepBudgetMs }), {
    headers: { 'cache-control': 'no-store' },
  })
}

/** Does all work that is due and responds with counts, for a scheduler. Vercel Cron sends GET. */
export const GET = withKey(envSecret('CRON_SECRET'), catchProblems(sweep), { onDenied: logDenial })

// routekey-audit: responds 405 to everyone
export const { DELETE, HEAD, OPTIONS, PATCH, POST, PUT } = methodNotAllowed('GET')
