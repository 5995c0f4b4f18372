import type { Stripe } from 'stripe'
import { describe, expect, it } from 'vitest'
import { startForTest, stripeErrorOf } from '../../test/start-for-test.ts'

describe('listing', () => {
  it('pages from the newest to the oldest and back', async () => {
    const { stripe } = await startForTest()
    const ids: string[] = []
    for (let index = 0; index < 25; index += 1) ids.unshift((await stripe.customers.create()).id)
    const first = await stripe.customers.list()
    expect(first.data.map(({ id }) => id)).toEqual(ids.slice(0, 10))
    expect(first).toMatchObject({ object: 'list', has_more: true, url: '/v1/customers' })
    const last = await stripe.customers.list({ starting_after: ids[19]! })
    expect(last.data.map(({ id }) => id)).toEqual(ids.slice(20))
    expect(last.has_more).toBe(false)
    const before = await stripe.customers.list({ ending_before: ids[20]!, limit: 5 })
    expect(before.data.map(({ id }) => id)).toEqual(ids.slice(15, 20))
    expect(before.has_more).toBe(true)
    const all = await stripe.customers.list({ limit: 7 }).autoPagingToArray({ limit: 100 })
    expect(all.map(({ id }) => id)).toEqual(ids)
  })

  it('continues when customers of earlier pages were deleted', async () => {
    const { standIn, stripe } = await startForTest()
    for (let index = 0; index < 12; index += 1) await stripe.customers.create()
    for await (const { id } of stripe.customers.list({ limit: 5 })) await stripe.customers.del(id)
    expect(standIn.state().counts).toMatchObject({ customers: 0, deletedCustomers: 12 })
  })

  it('compares the e-mail exactly, including its case', async () => {
    const { stripe } = await startForTest()
    const { id } = await stripe.customers.create({ email: 'Ada@example.com' })
    await stripe.customers.create({ email: 'bob@example.com' })
    expect((await stripe.customers.list({ email: 'Ada@example.com' })).data.map((customer) => customer.id)).toEqual([
      id,
    ])
    expect((await stripe.customers.list({ email: 'ada@example.com' })).data).toEqual([])
  })

  it('filters by the time of creation', async () => {
    const { standIn, stripe } = await startForTest({ clock: () => new Date(1_700_000_000_000) })
    const early = await stripe.customers.create()
    standIn.advanceClock(100)
    const late = await stripe.customers.create()
    const found = async (created: number | Stripe.RangeQueryParam) =>
      (await stripe.customers.list({ created })).data.map(({ id }) => id)
    expect(await found({ gt: 1_700_000_000 })).toEqual([late.id])
    expect(await found({ lt: 1_700_000_100 })).toEqual([early.id])
    expect(await found({ gte: 1_700_000_000, lte: 1_700_000_100 })).toEqual([late.id, early.id])
    expect(await found(1_700_000_100)).toEqual([late.id])
  })

  it.each([
    ['limit=0', 'parameter_invalid_integer', 'limit'],
    ['limit=101', 'parameter_invalid_integer', 'limit'],
    ['limit=ten', 'parameter_invalid_integer', 'limit'],
    ['starting_after=cus_missing', 'resource_missing', 'starting_after'],
    ['page=2', 'parameter_unknown', 'page'],
    ['expand[]=data.sources', undefined, 'expand'],
    ['created[after]=1', 'parameter_unknown', 'created[after]'],
  ])('refuses %s', async (query, code, param) => {
    const { stripe } = await startForTest()
    const error = await stripeErrorOf(stripe.rawRequest('GET', `/v1/customers?${query}`))
    expect(error).toMatchObject({ statusCode: 400, param })
    expect(error.code).toBe(code)
  })
})
