import { envSecret } from 'routekey'
import { withKey } from 'routekey/next'
import { getStripeCustomerEngine } from '#features/stripe-customer/engine.ts'
import { sweepBudgetMs } from '#features/stripe-customer/sweep-budget.ts'
import { logDenial } from '#server/log-denial.ts'
import { methodNotAllowed, catchProblems } from '#server/problem-response.ts'

/** In seconds, for hosts that cut a request off. */
export const maxDuration = 60

async function sweep(): Promise<Response> {
  return Response.json(await getStripeCustomerEngine().sweep({ budgetMs: sweepBudgetMs }), {
    headers: { 'cache-control': 'no-store' },
  })
}

/** Does what is due for all profiles, for a scheduler (GET, as Vercel Cron sends), and answers counts. */
export const GET = withKey(envSecret('CRON_SECRET'), catchProblems(sweep), { onDenied: logDenial })

const refuse = methodNotAllowed('GET')
// routekey-audit: answers 405 to everyone
export { refuse as DELETE, refuse as HEAD, refuse as OPTIONS, refuse as PATCH, refuse as POST, refuse as PUT }
