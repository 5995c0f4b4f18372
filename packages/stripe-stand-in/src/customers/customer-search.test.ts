import { expect, it } from 'vitest'
import { startForTest, stripeErrorOf } from '../../test/start-for-test.ts'

async function startWithThree() {
  const started = await startForTest({ clock: () => new Date(1_700_000_000_000) })
  const { stripe, standIn } = started
  await stripe.customers.create({ email: 'ada@example.com', name: 'Ada Lovelace', metadata: { profile_id: 'p1' } })
  standIn.advanceClock(10)
  await stripe.customers.create({
    email: 'emile@example.org',
    name: 'Émile',
    metadata: { profile_id: 'p2', vip: 'yes' },
  })
  standIn.advanceClock(10)
  await stripe.customers.create({ name: `O'Brien "Bob"`, metadata: { 'odd $.key': 'p3' } })
  return started
}

it.each([
  [`email:'ada@example.com'`, ['Ada Lovelace']],
  [`email:'ADA@EXAMPLE.COM'`, ['Ada Lovelace']],
  [`email:'ada@example'`, []],
  [`email~'example'`, ['Émile', 'Ada Lovelace']],
  [`name:'émile'`, ['Émile']],
  [`name:"ÉMILE"`, ['Émile']],
  [`name:'O\\'Brien "Bob"'`, [`O'Brien "Bob"`]],
  [`name~'%'`.replace('%', '%%%'), []],
  [`metadata['profile_id']:'p1'`, ['Ada Lovelace']],
  [`metadata["profile_id"]:"P1"`, ['Ada Lovelace']],
  [`metadata['odd $.key']:'p3'`, [`O'Brien "Bob"`]],
  [`metadata['vip']:null`, [`O'Brien "Bob"`, 'Ada Lovelace']],
  [`-metadata['vip']:null`, ['Émile']],
  [`-email:'ada@example.com'`, [`O'Brien "Bob"`, 'Émile']],
  [`email:null`, [`O'Brien "Bob"`]],
  [`email:'ada@example.com' AND metadata['profile_id']:'p2'`, []],
  [`email:'ada@example.com' OR metadata['profile_id']:'p2'`, ['Émile', 'Ada Lovelace']],
  [`created>1700000000 created<1700000020`, ['Émile']],
  [`created>=1700000010`, [`O'Brien "Bob"`, 'Émile']],
  [`created:1700000000`, ['Ada Lovelace']],
  [`metadata['profile_id']:'p1\\') or 1=1 --'`, []],
])('%s finds %j', async (query, names) => {
  const { stripe } = await startWithThree()
  const found = await stripe.customers.search({ query })
  expect(found.data.map(({ name }) => name)).toEqual(names)
})

it('pages with next_page, and counts when asked to', async () => {
  const { stripe } = await startForTest()
  for (let index = 0; index < 23; index += 1) await stripe.customers.create({ metadata: { group: 'a' } })
  const query = `metadata['group']:'a'`
  const first = await stripe.customers.search({ query, expand: ['total_count'] })
  expect(first).toMatchObject({ object: 'search_result', has_more: true, total_count: 23 })
  expect(first.data).toHaveLength(10)
  const all = await stripe.customers.search({ query, limit: 5 }).autoPagingToArray({ limit: 100 })
  expect(new Set(all.map(({ id }) => id)).size).toBe(23)
})

it('a page that it never gave is refused', async () => {
  const { stripe } = await startForTest()
  const error = await stripeErrorOf(stripe.customers.search({ query: `name:'a'`, page: 'made-up' }))
  expect(error).toMatchObject({ statusCode: 400, param: 'page' })
})

it('a query is required', async () => {
  const { stripe } = await startForTest()
  const error = await stripeErrorOf(stripe.rawRequest('GET', '/v1/customers/search'))
  expect(error).toMatchObject({ code: 'parameter_missing', param: 'query' })
})

it('is not read-after-write when the index lags, and shows the customer as it is now', async () => {
  const { standIn, stripe } = await startForTest({ searchDelayMs: 60_000 })
  const names = async (query: string) => (await stripe.customers.search({ query })).data.map(({ name }) => name)
  const { id } = await stripe.customers.create({ email: 'old@example.com', name: 'Ada' })
  expect(await names(`email:'old@example.com'`)).toEqual([])
  standIn.advanceClock(60)
  expect(await names(`email:'old@example.com'`)).toEqual(['Ada'])
  await stripe.customers.update(id, { email: 'new@example.com', name: 'Countess' })
  expect(await names(`email:'new@example.com'`)).toEqual([])
  expect(await names(`email:'old@example.com'`)).toEqual(['Countess'])
  expect((await stripe.customers.list({ email: 'new@example.com' })).data).toHaveLength(1)
  standIn.advanceClock(60)
  expect(await names(`email:'new@example.com'`)).toEqual(['Countess'])
  expect(await names(`email:'old@example.com'`)).toEqual([])
})
