import { expect, it } from 'vitest'
import { createSdk, startForTest, stripeErrorOf } from '../../test/start-for-test.ts'

it('names its account, which stays the same', async () => {
  const { stripe } = await startForTest()
  expect(await stripe.rawRequest('GET', '/v1/account')).toMatchObject({ object: 'account', id: 'acct_StripeStandIn01' })
})

it('names the account that the options give', async () => {
  const { stripe } = await startForTest({ account: 'acct_Other' })
  expect(await stripe.rawRequest('GET', '/v1/account')).toMatchObject({ id: 'acct_Other' })
})

it('does not name it to a restricted key', async () => {
  const secretKey = 'rk_test_sandbox_0123456789'
  const { standIn } = await startForTest({ secretKey })
  const stripe = createSdk(standIn.port, {}, secretKey)
  const error = await stripeErrorOf(stripe.rawRequest('GET', '/v1/account'))
  expect(error).toMatchObject({ type: 'StripePermissionError', statusCode: 403 })
  expect(await stripe.customers.list()).toMatchObject({ data: [] })
})
