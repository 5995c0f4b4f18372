import { createStripeCustomersRoute } from '@routekey/stripe-customers/next'
import { envSecret } from 'routekey'
import { withKey } from 'routekey/next'
import { getStripeCustomerEngine } from '#features/stripe-customer/engine.ts'
import { describeError, log } from '#server/log.ts'
import { logDenial } from '#server/log-denial.ts'
import { methodNotAllowed } from '#server/method-not-allowed.ts'
import { catchProblems } from '#server/problem-response.ts'
import { logResponse } from '#server/refuse-request.ts'

const { provision } = createStripeCustomersRoute({
  customers: getStripeCustomerEngine,
  table: 'public.profile',
  onError: (error) => log('error', 'request.failed', { error: describeError(error) }),
})

const logged: typeof provision = async (request, context) => {
  const response = await provision(request, context)
  return response.status >= 400 && response.status < 500 ? logResponse(request, response) : response
}

/** Creates the Stripe customer of a profile, for the database webhook. Repeated requests get the same customer. */
export const POST = withKey(envSecret('API_ROUTE_SECRET', { query: true }), catchProblems(logged), {
  onDenied: logDenial,
})

export const { DELETE, GET, HEAD, OPTIONS, PATCH, PUT } = methodNotAllowed('POST')
