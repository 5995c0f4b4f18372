import { Stripe } from 'stripe'
import { expect, onTestFinished } from 'vitest'
import { startStripeStandIn, type StripeStandIn, type StripeStandInOptions } from '../src/start-stripe-stand-in.ts'
import { secretKey } from './secret-key.ts'

/** Starts a stand-in in memory that stops after the test, and the real SDK for it, without retries. */
export async function startForTest(
  options: Partial<StripeStandInOptions> = {},
  config: Stripe.StripeConfig = {},
): Promise<{ standIn: StripeStandIn; stripe: Stripe }> {
  const errors: unknown[] = []
  const standIn = await startStripeStandIn({
    port: 0,
    secretKey,
    onError: (error) => errors.push(error),
    ...options,
  })
  onTestFinished(async () => {
    await standIn.stop()
    if (errors.length > 0) throw new AggregateError(errors, 'The stand-in failed during the test.')
  })
  return { standIn, stripe: createSdk(standIn.port, config) }
}

/** Creates the real SDK for the stand-in on `port`, without retries by default. */
export function createSdk(port: number, config: Stripe.StripeConfig = {}, key = secretKey): Stripe {
  return new Stripe(key, {
    protocol: 'http',
    host: '127.0.0.1',
    port,
    maxNetworkRetries: 0,
    telemetry: false,
    ...config,
  })
}

/** Returns the error of a call that must fail. */
export async function stripeErrorOf(call: Promise<unknown>): Promise<Stripe.errors.StripeError> {
  try {
    await call
  } catch (error) {
    if (error instanceof Stripe.errors.StripeError) return error
    throw error
  }
  throw new Error('The call must fail, but it succeeded.')
}

/** Sends a form without the SDK. */
export async function post(
  standIn: StripeStandIn,
  path: string,
  body: string,
  headers: Record<string, string> = {},
  signal: AbortSignal | null = null,
): Promise<Response> {
  return fetch(`${standIn.url}${path}`, {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${secretKey}`,
      'Content-Type': 'application/x-www-form-urlencoded',
      ...headers,
    },
    body,
    signal,
  })
}

/** Polls until an assertion holds, for at most 10 seconds. */
export function eventually<T>(read: () => T) {
  return expect.poll(read, { timeout: 60_000, interval: 5 })
}
