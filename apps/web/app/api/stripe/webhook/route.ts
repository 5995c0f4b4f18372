import { after } from 'next/server'
import { getStripeCustomerEngine } from '#features/stripe-customer/engine.ts'
import { describeStripeEvent } from '#features/stripe-customer/describe-stripe-event.ts'
import { verifyStripeEvent } from '#features/stripe-customer/verify-stripe-event.ts'
import { stripeWebhookSecret } from '#server/env.ts'
import { describeError, log } from '#server/log.ts'
import { methodNotAllowed } from '#server/method-not-allowed.ts'
import { catchProblems, problemResponse } from '#server/problem-response.ts'
import { readBody } from '#server/read-body.ts'
import { refuseRequest } from '#server/refuse-request.ts'

/** The event of a customer with all the metadata that Stripe allows is well under this. */
const maxBodyBytes = 256 * 1024

async function receiveEvent(request: Request): Promise<Response> {
  const secret = stripeWebhookSecret()
  const body = await readBody(request, maxBodyBytes)
  if (body === null) return refuseRequest(request, 413, `The body must not exceed ${maxBodyBytes} bytes.`)
  const verified = verifyStripeEvent(body, request.headers.get('stripe-signature'), secret)
  if (!verified.ok) {
    log('warn', 'stripe_event.refused', { reason: verified.reason })
    return problemResponse(400, 'Expected an event signed by Stripe for this endpoint.')
  }

  // An error here becomes a 5xx, so Stripe sends the event again.
  const applied = await getStripeCustomerEngine().applyEvent(verified.event)
  log('info', 'stripe_event.applied', { ...describeStripeEvent(verified.event), ...applied })
  if (applied.outcome === 'unlinked' || applied.outcome === 'reopened') after(() => provision(applied.profileId))
  return Response.json({ outcome: applied.outcome }, { headers: { 'cache-control': 'no-store' } })
}

/** Does the work that the event has made due. Without this, the next sweep does it. */
async function provision(profileId: string): Promise<void> {
  try {
    await getStripeCustomerEngine().provision(profileId)
  } catch (error) {
    log('error', 'stripe_event.provision_failed', { profileId, error: describeError(error) })
  }
}

// routekey-audit: Stripe signs its events, and receiveEvent verifies the signature first
/** Receives events about customers that were changed or deleted in the Stripe dashboard. */
export const POST = catchProblems(receiveEvent)

export const { DELETE, GET, HEAD, OPTIONS, PATCH, PUT } = methodNotAllowed('POST')
