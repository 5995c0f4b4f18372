import type { Stripe } from 'stripe'
import { StripeErrorReply } from '../stripe-error-reply.ts'

/** The API version of every body: the one that the SDK's types describe. */
export const apiVersion: Stripe.LatestApiVersion = '2026-10-28.endive'

/**
 * Checks the version that a request asks for. It does not change the bodies.
 *
 * @throws StripeErrorReply 400 for an invalid version
 */
export function checkApiVersion(header: string | undefined): void {
  if (header === undefined || /^\d{4}-\d{2}-\d{2}(\.[a-z]+)?$/.test(header)) return
  throw new StripeErrorReply(`Invalid Stripe API version: ${header}`, { status: 400 })
}
