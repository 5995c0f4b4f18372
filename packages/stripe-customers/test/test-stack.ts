import { randomUUID } from 'node:crypto'
import { startStripeStandIn, type StripeStandIn, type StripeStandInOptions } from '@routekey/stripe-stand-in'
import { Stripe } from 'stripe'

/** The only key that the stand-in of these tests accepts. */
export const stripeSecretKey = 'sk_test_sandbox_0123456789'

/** Starts a stand-in in memory. */
export function startStripe(
  options: Partial<Pick<StripeStandInOptions, 'sleep' | 'account' | 'secretKey'>> = {},
): Promise<StripeStandIn> {
  return startStripeStandIn({ port: 0, secretKey: stripeSecretKey, ...options })
}

/** Creates the real client for a stand-in. */
export function createStripe(standIn: { port: number }, secretKey = stripeSecretKey): Stripe {
  return new Stripe(secretKey, { protocol: 'http', host: '127.0.0.1', port: standIn.port, telemetry: false })
}

/** The part of a Postgres client that tests use. */
export interface TestDatabase {
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>
}

/** Signs a user up as Supabase Auth does: with a row in `auth.users`. Returns its id. */
export async function signUp(database: TestDatabase, email: string | null = null): Promise<string> {
  const id = randomUUID()
  await database.query(
    'insert into auth.users (id, email, created_at, email_confirmed_at) values ($1, $2, now(), now())',
    [id, email],
  )
  return id
}
