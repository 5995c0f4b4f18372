import { envSecret } from 'routekey'
import { withKey } from 'routekey/next'
import { getStripeCustomerEngine } from '#features/stripe-customer/engine.ts'
import { parseProfileEvent } from '#features/stripe-customer/parse-profile-event.ts'
import { logDenial } from '#server/log-denial.ts'
import { methodNotAllowed, problemResponse, catchProblems } from '#server/problem-response.ts'
import { readText } from '#server/read-text.ts'

/** A profile's row is well under a kilobyte, and a webhook carries it twice. */
const maxBodyBytes = 64 * 1024

async function createStripeCustomer(request: Request): Promise<Response> {
  const text = await readText(request, maxBodyBytes)
  if (text === null) return problemResponse(413, `Expected at most ${maxBodyBytes} bytes.`)
  const parsed = parseProfileEvent(text)
  if (!parsed.ok) return problemResponse(parsed.problem.status, parsed.problem.detail)

  const { type, profileId } = parsed.event
  // Its customer is the sweep's to delete.
  if (type === 'DELETE') return Response.json({ message: 'nothing to create: the profile was deleted' })

  // Without the request's signal: a sender that no longer listens still wants the customer.
  const result = await getStripeCustomerEngine().provision(profileId)
  switch (result.outcome) {
    case 'provisioned':
      return Response.json({ message: `stripe customer created: ${result.stripeCustomer}` })
    case 'unknown_profile':
      return problemResponse(404, 'There is no such profile. Expected the id of a row in public.profile.')
    case 'pending': {
      // 503 rather than 202: a sender that tries again on 5xx does the right thing.
      const seconds = Math.max(1, Math.ceil((result.retryAt.getTime() - Date.now()) / 1000))
      const detail = 'The customer is not created yet. It is tried again by itself; asking again is safe.'
      return problemResponse(503, detail, { 'retry-after': String(seconds) })
    }
    case 'failed':
      return problemResponse(502, 'Stripe refused this profile, and it is not tried again by itself.')
  }
}

/** Gives a profile its Stripe customer, for the database's webhook; answers the same customer when asked again. */
export const POST = withKey(envSecret('API_ROUTE_SECRET', { query: true }), catchProblems(createStripeCustomer), {
  onDenied: logDenial,
})

const refuse = methodNotAllowed('POST')
// routekey-audit: answers 405 to everyone
export { refuse as DELETE, refuse as GET, refuse as HEAD, refuse as OPTIONS, refuse as PATCH, refuse as PUT }
