import { after } from 'next/server'
import { getStripeCustomerEngine } from '#features/stripe-customer/engine.ts'
import { verifyStripeEvent } from '#features/stripe-customer/verify-stripe-event.ts'
import { stripeWebhookSecret } from '#server/env.ts'
import { describeError, log } from '#server/log.ts'
import { methodNotAllowed, problemResponse, catchProblems } from '#server/problem-response.ts'
import { readBytes } from '#server/read-bytes.ts'

/** The event of a customer with all the metadata that Stripe allows is well under this. */
const maxBodyBytes = 256 * 1024

async function takeEvent(request: Request): Promise<Response> {
  const secret = stripeWebhookSecret()
  const body = await readBytes(request, maxBodyBytes)
  if (body === null) return problemResponse(413, `Expected at most ${maxBodyBytes} bytes.`)
  const verified = verifyStripeEvent(body, request.headers.get('stripe-signature'), secret)
  if (!verified.ok) {
    log('warn', 'stripe_event.refused', { reason: verified.reason })
    return problemResponse(400, 'Expected an event that Stripe has signed for this address.')
  }

  const { id, type } = verified.event
  // What fails is thrown, and so a 5xx: Stripe sends the event again.
  const applied = await getStripeCustomerEngine().applyEvent(verified.event)
  log('info', 'stripe_event.applied', { id, type, ...applied })
  if (applied.outcome === 'unlinked' || applied.outcome === 'reopened') after(() => provision(applied.profileId))
  return Response.json({ outcome: applied.outcome }, { headers: { 'cache-control': 'no-store' } })
}

/** Does at once what the event has made due. The sweep would do it too, somewhat later. */
async function provision(profileId: string): Promise<void> {
  try {
    await getStripeCustomerEngine().provision(profileId)
  } catch (error) {
    log('error', 'stripe_event.provision_failed', { profileId, error: describeError(error) })
  }
}

// routekey-audit: Stripe signs what it sends, and takeEvent verifies that first
/** Takes what Stripe tells of customers that were changed or deleted in its dashboard. */
export const POST = catchProblems(takeEvent)

const refuse = methodNotAllowed('POST')
// routekey-audit: answers 405 to everyone
export { refuse as DELETE, refuse as GET, refuse as HEAD, refuse as OPTIONS, refuse as PATCH, refuse as PUT }
