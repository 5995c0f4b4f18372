import { expect, it } from 'vitest'
import { startForTest, stripeErrorOf } from '../../test/start-for-test.ts'

async function startWithThree() {
  const started = await startForTest()
  const { stripe } = started
  await stripe.customers.create({ name: 'Ada', metadata: { profile_id: 'p1' } })
  await stripe.customers.create({ name: 'Émile', metadata: { profile_id: 'p2', vip: 'É' } })
  await stripe.customers.create({ name: 'Bob', metadata: { 'odd $.key': `it's "p3"`, vip: 'é' } })
  return started
}

it.each([
  [`metadata['profile_id']:'p1'`, ['Ada']],
  [`metadata["profile_id"]:"P1"`, ['Ada']],
  [` metadata['profile_id'] : 'p1' `, ['Ada']],
  [`metadata['vip']:'é'`, ['Bob', 'Émile']],
  [`metadata['odd $.key']:'it\\'s "p3"'`, ['Bob']],
  [`metadata['Profile_Id']:'p1'`, []],
  [`metadata['profile_id']:'p'`, []],
  [`metadata['profile_id']:'p1\\') or 1=1 --'`, []],
])('finds the customers of %s: %j', async (query, names) => {
  const { stripe } = await startWithThree()
  const found = await stripe.customers.search({ query })
  expect(found.data.map(({ name }) => name)).toEqual(names)
})

it.each([
  `email:'ada@example.com'`,
  `name~'Ada'`,
  `created>1700000000`,
  `metadata['vip']:null`,
  `metadata['vip']:yes`,
  `metadata['vip']~'yes'`,
  `metadata:'yes'`,
  `-metadata['vip']:'yes'`,
  `metadata['a']:'1' AND metadata['b']:'2'`,
  `metadata['a']:'open`,
  '   ',
])('refuses the query %s and says what it supports', async (query) => {
  const { stripe } = await startForTest()
  const error = await stripeErrorOf(stripe.customers.search({ query }))
  expect(error).toMatchObject({ statusCode: 400, rawType: 'invalid_request_error', param: 'query' })
  expect(error.message).toBe(
    `Unsupported search query: ${query}. The Stripe stand-in supports one clause, metadata['name']:'value'.`,
  )
})

it('requires a query', async () => {
  const { stripe } = await startForTest()
  const missing = await stripeErrorOf(stripe.rawRequest('GET', '/v1/customers/search'))
  expect(missing).toMatchObject({ code: 'parameter_missing', param: 'query' })
  const empty = await stripeErrorOf(stripe.customers.search({ query: '' }))
  expect(empty).toMatchObject({ code: 'parameter_invalid_empty', param: 'query' })
})

it('pages with next_page', async () => {
  const { stripe } = await startForTest()
  for (let index = 0; index < 23; index += 1) await stripe.customers.create({ metadata: { group: 'a' } })
  const query = `metadata['group']:'a'`
  const first = await stripe.customers.search({ query })
  expect(first).toMatchObject({ object: 'search_result', has_more: true, url: '/v1/customers/search' })
  expect(first.data).toHaveLength(10)
  const all = await stripe.customers.search({ query, limit: 5 }).autoPagingToArray({ limit: 100 })
  expect(new Set(all.map(({ id }) => id)).size).toBe(23)
})

it('refuses a page token that it never sent', async () => {
  const { stripe } = await startForTest()
  const error = await stripeErrorOf(stripe.customers.search({ query: `metadata['a']:'1'`, page: 'made-up' }))
  expect(error).toMatchObject({ statusCode: 400, param: 'page' })
})

it('follows updates of the metadata', async () => {
  const { stripe } = await startForTest()
  const find = async (value: string) => (await stripe.customers.search({ query: `metadata['a']:'${value}'` })).data
  const { id } = await stripe.customers.create({ metadata: { a: 'old' } })
  await stripe.customers.update(id, { metadata: { a: 'new' } })
  expect(await find('old')).toEqual([])
  expect(await find('new')).toMatchObject([{ id }])
  await stripe.customers.update(id, { metadata: '' })
  expect(await find('new')).toEqual([])
})
