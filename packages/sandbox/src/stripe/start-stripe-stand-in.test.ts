import { Stripe } from 'stripe'
import { afterEach, expect, test } from 'vitest'
import { startStripeStandIn, type StripeStandIn } from './start-stripe-stand-in.ts'

const SECRET_KEY = 'sk_test_sandbox_0123456789abcdef'

let standIn: StripeStandIn | undefined

afterEach(async () => {
  await standIn?.stop()
})

test('the real SDK creates a customer and retrieves it', async () => {
  standIn = await startStripeStandIn({ port: 0, secretKey: SECRET_KEY })
  const stripe = new Stripe(SECRET_KEY, { protocol: 'http', host: '127.0.0.1', port: standIn.port })
  const created = await stripe.customers.create({ email: 'ada@example.com', metadata: { profile_id: 'p1' } })
  expect(await stripe.customers.retrieve(created.id)).toMatchObject({
    email: 'ada@example.com',
    metadata: { profile_id: 'p1' },
  })
})
