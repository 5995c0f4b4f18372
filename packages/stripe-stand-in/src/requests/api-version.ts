import type { Stripe } from 'stripe'
import { StripeFailure } from '../stripe-failure.ts'

/** The version whose bodies the stand-in builds: the one that the SDK's types describe. */
export const apiVersion: Stripe.LatestApiVersion = '2026-10-28.endive'

/**
 * Reads the version that a request asks for; bodies are those of `API_VERSION` whatever it is.
 *
 * @throws StripeFailure 400 for what is not a version
 */
export function readApiVersion(header: string | undefined): string {
  if (header === undefined) return apiVersion
  if (/^\d{4}-\d{2}-\d{2}(\.[a-z]+)?$/.test(header)) return header
  throw new StripeFailure(`Invalid Stripe API version: ${header}`, { status: 400 })
}
