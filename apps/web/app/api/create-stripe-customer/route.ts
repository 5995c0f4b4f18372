import { envSecret } from 'routekey'
import { withKey } from 'routekey/next'
import { log } from '#lib/log.ts'
import { methodNotAllowed, problemResponse } from '#lib/problem.ts'
import { parseProfileEvent } from '#lib/profile-event.ts'
import { readText } from '#lib/read-text.ts'
import { stripeCustomers } from '#lib/stripe-customers.ts'

/** A profile's row is well under a kilobyte, and a webhook carries it twice. */
const maxBodyBytes = 64 * 1024

/** Gives a profile its Stripe customer, for the database's webhook; answers the same customer when asked again. */
export const POST = withKey(envSecret('API_ROUTE_SECRET', { query: true }), async (request) => {
  const text = await readText(request, maxBodyBytes)
  if (text === null) {
    const detail = `Expected at most ${maxBodyBytes} bytes.`
    return problemResponse({ status: 413, title: 'Body too large', detail })
  }
  const parsed = parseProfileEvent(text)
  if (!parsed.ok) return problemResponse(parsed.problem)

  const { type, profileId } = parsed.event
  // Its customer is the sweep's to delete: Stripe's answer must not be waited for here.
  if (type === 'DELETE') return Response.json({ message: 'nothing to create: the profile was deleted' })

  const result = await stripeCustomers().provision(profileId, { signal: request.signal })
  switch (result.outcome) {
    case 'provisioned':
      return Response.json({ message: `stripe customer created: ${result.stripeCustomer}` })
    case 'unknown_profile':
      return problemResponse({
        status: 404,
        title: 'Unknown profile',
        detail: 'Expected the id of a profile that exists.',
      })
    case 'pending': {
      // 503 rather than 202: nothing was created yet, and a sender that tries again on 5xx does the right thing.
      const seconds = Math.max(1, Math.ceil((result.retryAt.getTime() - Date.now()) / 1000))
      const detail = `The customer is not there yet. It is tried again by itself in ${seconds} s; asking again is safe.`
      return problemResponse({ status: 503, title: 'Not yet created', detail }, { 'retry-after': String(seconds) })
    }
    case 'failed':
      log('error', 'stripe_customer.failed', { profileId })
      return problemResponse({
        status: 502,
        title: 'Refused by Stripe',
        detail: 'Stripe did not accept this profile, and it is not tried again by itself. The log has the reason.',
      })
  }
})

const refuse = methodNotAllowed('POST')
export { refuse as DELETE, refuse as GET, refuse as HEAD, refuse as OPTIONS, refuse as PATCH, refuse as PUT }
