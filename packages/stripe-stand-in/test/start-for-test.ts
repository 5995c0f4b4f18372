import { Stripe } from 'stripe'
import { expect, onTestFinished } from 'vitest'
import { startStripeStandIn, type StripeStandIn, type StripeStandInOptions } from '../src/start-stripe-stand-in.ts'
import { secretKey } from './secret-key.ts'

export { secretKey as SECRET_KEY }

/** Starts a stand-in in memory that ends with the test, and a real SDK that talks to it without retries. */
export async function startForTest(
  options: Partial<StripeStandInOptions> = {},
  config: Stripe.StripeConfig = {},
): Promise<{ standIn: StripeStandIn; stripe: Stripe }> {
  const failures: unknown[] = []
  const standIn = await startStripeStandIn({
    port: 0,
    secretKey: secretKey,
    onError: (error) => failures.push(error),
    ...options,
  })
  onTestFinished(async () => {
    await standIn.stop()
    if (failures.length > 0) throw new AggregateError(failures, 'The stand-in failed during the test.')
  })
  return { standIn, stripe: sdkFor(standIn.port, config) }
}

/** Makes a real SDK for the stand-in on `port`, without retries unless `config` asks for them. */
export function sdkFor(port: number, config: Stripe.StripeConfig = {}): Stripe {
  return new Stripe(secretKey, {
    protocol: 'http',
    host: '127.0.0.1',
    port,
    maxNetworkRetries: 0,
    telemetry: false,
    ...config,
  })
}

/** Gives the error that a call to Stripe ends with. */
export async function stripeErrorOf(call: Promise<unknown>): Promise<Stripe.errors.StripeError> {
  try {
    await call
  } catch (error) {
    if (error instanceof Stripe.errors.StripeError) return error
    throw error
  }
  throw new Error('The call was expected to fail.')
}

/** Sends a request without the SDK. */
export async function post(
  standIn: StripeStandIn,
  path: string,
  body: string,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(`${standIn.url}${path}`, {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${secretKey}`,
      'Content-Type': 'application/x-www-form-urlencoded',
      ...headers,
    },
    body,
  })
}

/** Asserts on what comes about after a while. */
export function eventually<T>(read: () => T) {
  return expect.poll(read, { timeout: 4000, interval: 5 })
}
