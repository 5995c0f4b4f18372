import { envSecret } from 'routekey'
import { withKey } from 'routekey/next'
import { methodNotAllowed } from '#lib/problem.ts'
import { stripeCustomers } from '#lib/stripe-customers.ts'

/** In seconds, for hosts that cut a request off. */
export const maxDuration = 60

/** Leaves time for the call to Stripe that is under way when the budget ends. */
const budgetMs = 40_000

/** Gives every profile whose turn it is its Stripe customer, for a scheduler (GET, as Vercel Cron sends); answers counts. */
export const GET = withKey(envSecret('CRON_SECRET'), async (request) =>
  Response.json(await stripeCustomers().sweep({ budgetMs, signal: request.signal }), {
    headers: { 'cache-control': 'no-store' },
  }),
)

const refuse = methodNotAllowed('GET')
export { refuse as DELETE, refuse as HEAD, refuse as OPTIONS, refuse as PATCH, refuse as POST, refuse as PUT }
