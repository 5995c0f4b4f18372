import 'server-only'
import { Stripe } from 'stripe'
import { stripeEnv } from './env.ts'

/**
 * Creates the client for Stripe, or for the server in `STRIPE_API_BASE`.
 *
 * @throws `ERR_ENV_INVALID` if Stripe is not configured
 */
export function createStripeClient(): Stripe {
  const { secretKey, apiBase } = stripeEnv()
  const options = { timeout: 10_000, telemetry: false }
  if (apiBase === null) return new Stripe(secretKey, options)
  const isPlain = apiBase.protocol === 'http:'
  return new Stripe(secretKey, {
    ...options,
    protocol: isPlain ? 'http' : 'https',
    host: apiBase.hostname,
    port: apiBase.port === '' ? (isPlain ? 80 : 443) : Number(apiBase.port),
  })
}
