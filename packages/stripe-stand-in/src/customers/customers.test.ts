import { Stripe } from 'stripe'
import { describe, expect, it } from 'vitest'
import { startForTest, stripeErrorOf } from '../../test/start-for-test.ts'

describe('creating', () => {
  it('keeps every supported parameter', async () => {
    const { stripe } = await startForTest()
    const params = {
      email: 'Ada.Lovelace+x@Example.com',
      name: 'Ada Lovelace',
      description: 'first of her kind',
      phone: '+44 20',
      balance: -250,
      metadata: { profile_id: 'p1', plan: 'free' },
      preferred_locales: ['en', 'fr'],
      tax_exempt: 'exempt',
      invoice_prefix: 'ADA',
      next_invoice_sequence: 7,
    }
    const address = { city: 'London', country: 'GB', line1: '12 St James', line2: '', postal_code: 'SW1', state: '' }
    const created = await stripe.customers.create({ ...params, address, shipping: { name: 'Ada', address } })
    const stored = { ...address, line2: null, state: null }
    expect(created).toMatchObject({
      ...params,
      address: stored,
      shipping: { name: 'Ada', phone: null, address: stored },
    })
    expect(created.id).toMatch(/^cus_[0-9A-Za-z]{14}$/)
    expect(await stripe.customers.retrieve(created.id)).toEqual(created)
  })

  it('takes the id that the request gives, once', async () => {
    const { stripe } = await startForTest()
    const params = { id: 'account_42', email: 'ada@example.com' }
    expect(await stripe.customers.create(params)).toMatchObject(params)
    expect(await stripe.customers.retrieve('account_42')).toMatchObject(params)
    const taken = { statusCode: 400, code: 'resource_already_exists', param: 'id' }
    expect(await stripeErrorOf(stripe.customers.create(params))).toMatchObject(taken)
    await stripe.customers.del('account_42')
    expect(await stripeErrorOf(stripe.customers.create(params))).toMatchObject(taken)
  })

  it('requires no parameter', async () => {
    const { stripe } = await startForTest()
    expect(await stripe.customers.create()).toMatchObject({ email: null, name: null, metadata: {} })
  })

  it.each([
    [{ emial: 'a@b.co' }, 'parameter_unknown', 'emial', 'Received unknown parameter: emial'],
    [{ a: '1', b: '2' }, 'parameter_unknown', 'a', 'Received unknown parameters: a, b'],
    [{ address: { town: 'x' } }, 'parameter_unknown', 'address[town]', 'Received unknown parameter: address[town]'],
    [{ email: 'nobody' }, 'email_invalid', 'email', 'Invalid email address: nobody'],
    [{ email: 'a@localhost' }, 'email_invalid', 'email', 'Invalid email address: a@localhost'],
    [{ email: 'a b@c.co' }, 'email_invalid', 'email', 'Invalid email address: a b@c.co'],
    [{ id: 'a/b' }, 'parameter_invalid', 'id', 'Invalid id: a/b'],
    [{ balance: 'much' }, 'parameter_invalid_integer', 'balance', 'Invalid integer: much'],
    [{ next_invoice_sequence: 0 }, 'parameter_invalid_integer', 'next_invoice_sequence', /greater than or equal to 1/],
    [
      { shipping: { phone: '1', address: { city: 'Rome' } } },
      'parameter_missing',
      'shipping[name]',
      'Missing required param: shipping[name].',
    ],
    [{ name: 'x'.repeat(257) }, undefined, 'name', /at most 256 characters/],
    [{ address: 'Rome' }, undefined, 'address', 'Invalid object'],
    [{ tax_exempt: 'maybe' }, undefined, 'tax_exempt', /must be one of exempt, none, reverse/],
    [{ source: 'tok_visa' }, undefined, 'source', 'The Stripe stand-in does not support the parameter source.'],
    [{ metadata: { ['k'.repeat(41)]: 'v' } }, undefined, 'metadata', /up to 40 characters.*41/],
    [{ metadata: { k: 'v'.repeat(501) } }, undefined, 'metadata', /up to 500 characters.*501/],
    [{ metadata: { 'a[b]': 'v' } }, undefined, 'metadata', /square brackets/],
    [{ metadata: { a: { b: 'v' } } }, undefined, 'metadata[a]', 'Invalid string'],
    [{ metadata: manyKeys(51) }, undefined, 'metadata', /up to 50 keys, but you've set 51/],
  ])('refuses %j', async (params, code, param, message) => {
    const { standIn, stripe } = await startForTest()
    const call = stripe.rawRequest('POST', '/v1/customers', params)
    const error = await stripeErrorOf(call)
    expect(error).toBeInstanceOf(Stripe.errors.StripeInvalidRequestError)
    expect(error).toMatchObject({ statusCode: 400, rawType: 'invalid_request_error', param })
    expect(error.code).toBe(code)
    expect(error.message).toMatch(message)
    expect(standIn.state().counts).toMatchObject({ customers: 0, events: 0, idempotencyKeys: 0 })
  })

  it('accepts metadata up to the limits, counted in characters and not in bytes', async () => {
    const { stripe } = await startForTest()
    const metadata = { ...manyKeys(49), ['ключ'.repeat(10)]: '🔑'.repeat(500) }
    expect((await stripe.customers.create({ metadata })).metadata).toEqual(metadata)
  })
})

describe('updating', () => {
  it('keeps parameters that are not sent, merges metadata, and unsets empty values', async () => {
    const { stripe } = await startForTest()
    const { id } = await stripe.customers.create({
      email: 'a@b.co',
      name: 'Ada',
      address: { city: 'Rome' },
      metadata: { a: '1', b: '2' },
    })
    expect(await stripe.customers.update(id, { metadata: { b: '3', c: '4' } })).toMatchObject({
      email: 'a@b.co',
      name: 'Ada',
      metadata: { a: '1', b: '3', c: '4' },
    })
    const updated = await stripe.customers.update(id, { name: '', address: '', metadata: { a: '' } })
    expect(updated).toMatchObject({ email: 'a@b.co', name: null, address: null })
    expect(updated.metadata).toEqual({ b: '3', c: '4' })
    expect((await stripe.customers.update(id, { metadata: '' })).metadata).toEqual({})
  })

  it('counts metadata after merging', async () => {
    const { stripe } = await startForTest()
    const { id } = await stripe.customers.create({ metadata: manyKeys(50) })
    const error = await stripeErrorOf(stripe.customers.update(id, { metadata: { one: 'more' } }))
    expect(error.message).toMatch(/up to 50 keys, but you've set 51/)
    await stripe.customers.update(id, { metadata: { one: 'more', key0: '' } })
  })

  it('refuses parameters that only creating accepts', async () => {
    const { stripe } = await startForTest()
    const { id } = await stripe.customers.create()
    const error = await stripeErrorOf(stripe.rawRequest('POST', `/v1/customers/${id}`, { payment_method: 'pm_1' }))
    expect(error.code).toBe('parameter_unknown')
  })
})

describe('deleting', () => {
  it('leaves only a stub, which can be retrieved', async () => {
    const { stripe } = await startForTest()
    const { id } = await stripe.customers.create({ email: 'a@b.co', metadata: { a: '1' } })
    const stub = { id, object: 'customer', deleted: true }
    expect(await stripe.customers.del(id)).toEqual(stub)
    expect(await stripe.customers.retrieve(id)).toEqual(stub)
    expect((await stripe.customers.list({ email: 'a@b.co' })).data).toEqual([])
    expect((await stripe.customers.search({ query: "metadata['a']:'1'" })).data).toEqual([])
    for (const call of [() => stripe.customers.update(id, { name: 'x' }), () => stripe.customers.del(id)]) {
      const error = await stripeErrorOf(call())
      expect(error).toMatchObject({ statusCode: 404, code: 'resource_missing', param: 'id' })
      expect(error.message).toBe(`No such customer: '${id}'`)
    }
  })
})

it.each(['cus_missing', 'cus with/slash', 'ключ'])('answers 404 for a customer that does not exist: %s', async (id) => {
  const { stripe } = await startForTest()
  const error = await stripeErrorOf(stripe.customers.retrieve(id))
  expect(error).toMatchObject({ statusCode: 404, code: 'resource_missing', param: 'id' })
})

function manyKeys(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`key${index}`, 'v']))
}
