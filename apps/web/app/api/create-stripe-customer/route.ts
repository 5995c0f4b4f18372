import { envSecret } from 'routekey'
import { withKey } from 'routekey/next'
import { getStripeCustomerEngine } from '#features/stripe-customer/engine.ts'
import { parseProfileEvent } from '#features/stripe-customer/parse-profile-event.ts'
import { logDenial } from '#server/log-denial.ts'
import { methodNotAllowed } from '#server/method-not-allowed.ts'
import { catchProblems, problemResponse } from '#server/problem-response.ts'
import { readBody } from '#server/read-body.ts'

/** A profile row is well under a kilobyte, and a webhook contains it twice. */
const maxBodyBytes = 64 * 1024

async function createStripeCustomer(request: Request): Promise<Response> {
  const body = await readBody(request, maxBodyBytes)
  if (body === null) return problemResponse(413, `The body must not exceed ${maxBodyBytes} bytes.`)
  const parsed = parseProfileEvent(new TextDecoder().decode(body))
  if (!parsed.ok) return problemResponse(parsed.problem.status, parsed.problem.detail)

  const { type, profileId } = parsed.event
  // The sweep deletes its customer.
  if (type === 'DELETE') return Response.json({ message: 'nothing to create: the profile was deleted' })

  // Without the signal of the request: a sender that stops waiting still wants the customer.
  const result = await getStripeCustomerEngine().provision(profileId)
  switch (result.outcome) {
    case 'provisioned':
      return Response.json({ message: `stripe customer created: ${result.stripeCustomer}` })
    case 'unknown_profile':
      return problemResponse(404, 'Profile not found. Expected the id of a row in public.profile.')
    case 'pending': {
      // 503 and not 202, because senders retry 5xx.
      const seconds = Math.max(1, Math.ceil((result.retryAt.getTime() - Date.now()) / 1000))
      const detail =
        'The customer has not been created yet. It is retried automatically, and you can safely send this request again.'
      return problemResponse(503, detail, { 'retry-after': String(seconds) })
    }
    case 'failed':
      return problemResponse(502, 'Stripe rejected this profile. It is not retried automatically.')
  }
}

/** Creates the Stripe customer of a profile, for the database webhook. Repeated requests get the same customer. */
export const POST = withKey(envSecret('API_ROUTE_SECRET', { query: true }), catchProblems(createStripeCustomer), {
  onDenied: logDenial,
})

// routekey-audit: responds 405 to everyone
export const { DELETE, GET, HEAD, OPTIONS, PATCH, PUT } = methodNotAllowed('POST')
