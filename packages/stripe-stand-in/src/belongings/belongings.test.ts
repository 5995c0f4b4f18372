import { expect, it } from 'vitest'
import { startForTest, stripeErrorOf } from '../../test/start-for-test.ts'
import { StandInError } from '../errors.ts'

it('lists the payment methods and the invoices of a customer, newest first', async () => {
  const { standIn, stripe } = await startForTest()
  const { id: customer } = await stripe.customers.create()
  const { id: other } = await stripe.customers.create()
  standIn.addBelonging(customer, 'payment_method')
  for (let count = 0; count < 2; count += 1) standIn.addBelonging(customer, 'invoice')

  const methods = await stripe.customers.listPaymentMethods(customer, { limit: 1 })
  expect(methods).toMatchObject({ has_more: false, data: [{ object: 'payment_method', customer }] })
  const invoices = await stripe.invoices.list({ customer, limit: 1 })
  expect(invoices).toMatchObject({ has_more: true, data: [{ object: 'invoice', customer }] })
  expect((await stripe.customers.listPaymentMethods(other)).data).toEqual([])
  expect((await stripe.invoices.list({ customer: other })).data).toEqual([])
})

it('knows only customers that exist', async () => {
  const { standIn, stripe } = await startForTest()
  expect(() => standIn.addBelonging('cus_nobody', 'invoice')).toThrow(StandInError)
  const error = await stripeErrorOf(stripe.customers.listPaymentMethods('cus_nobody'))
  expect(error).toMatchObject({ statusCode: 404, code: 'resource_missing' })
})

it('can be given one by another process', async () => {
  const { standIn, stripe } = await startForTest()
  const { id: customer } = await stripe.customers.create()
  const add = (body: unknown) =>
    fetch(`${standIn.url}/_sandbox/belongings`, { method: 'POST', body: JSON.stringify(body) })
  expect((await add({ customer, kind: 'invoice' })).status).toBe(200)
  expect((await stripe.invoices.list({ customer })).data).toHaveLength(1)
  expect((await add({ customer, kind: 'car' })).status).toBe(400)
})
