import { pgbouncerIsMissing } from '@routekey/sandbox/pgbouncer'
import type { StripeStandIn } from '@routekey/stripe-stand-in'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createStripeCustomers, type StripeCustomers, type StripeCustomersEvent } from '../../src/index.ts'
import { createStripe, signUp, startStripe } from '../test-stack.ts'
import { databases, type OpenDatabase } from './open-database.ts'

it('is tested on every kind of database', ({ skip }) => {
  skip(pgbouncerIsMissing !== null, pgbouncerIsMissing ?? '')
  expect(databases.map(({ name }) => name)).toEqual(['PGlite', 'Postgres', 'Postgres behind PgBouncer'])
})

describe.each(databases)('the engine on $name', ({ open }) => {
  let database: OpenDatabase
  let standIn: StripeStandIn
  let customers: StripeCustomers
  const events: StripeCustomersEvent[] = []

  beforeAll(async () => {
    ;[database, standIn] = await Promise.all([open(), startStripe()])
    customers = createStripeCustomers({
      postgres: database,
      stripe: createStripe(standIn),
      onEvent: (event) => events.push(event),
    })
  })
  afterAll(async () => {
    await Promise.all([database.close(), standIn.stop()])
  })

  it('creates the customer of a new profile, with its e-mail and id', async () => {
    const id = await signUp(database, 'ada@example.com')
    const result = await customers.provision(id)
    const customer = standIn.state().customers.find(({ metadata }) => metadata['profile_id'] === id)
    expect(result).toEqual({ outcome: 'provisioned', stripeCustomer: customer!.id })
    expect(customer!.email).toBe('ada@example.com')
    const { rows } = await database.query('select stripe_customer from public.profile where id = $1', [id])
    expect(rows).toEqual([{ stripe_customer: customer!.id }])
  })

  it('sends the new e-mail to the same customer', async () => {
    const id = await signUp(database, 'grace@example.com')
    const created = await customers.provision(id)
    await database.query('update auth.users set email = $2 where id = $1', [id, 'hopper@example.com'])
    expect(await customers.provision(id)).toEqual(created)
    const own = standIn.state().customers.filter(({ metadata }) => metadata['profile_id'] === id)
    expect(own.map(({ email }) => email)).toEqual(['hopper@example.com'])
  })

  it('deletes the customer of a deleted user', async () => {
    const id = await signUp(database, 'leaving@example.com')
    await customers.provision(id)
    await database.query('delete from auth.users where id = $1', [id])
    expect(await customers.provision(id)).toEqual({ outcome: 'unknown_profile' })
    await customers.sweep()
    expect(standIn.state().customers.filter(({ metadata }) => metadata['profile_id'] === id)).toEqual([])
  })

  it('returns the same customer after the connection was cut after the effect', async () => {
    const id = await signUp(database, 'cut@example.com')
    // Twice, because the stripe package repeats the request once.
    standIn.addFaults({ kind: 'cut', when: 'after_effect', method: 'POST', path: '/v1/customers', count: 2 })
    const before = standIn.state().counts.customers
    expect(await customers.provision(id)).toMatchObject({ outcome: 'provisioned' })
    expect(standIn.state().counts.customers).toBe(before + 1)
    expect(events).toContainEqual(expect.objectContaining({ type: 'created', profileId: id, how: 'replayed' }))
  })

  it('looks for the customer when Stripe replays a stored 500, and adopts the one it finds', async () => {
    const id = await signUp(database, 'stored@example.com')
    standIn.addFaults({ kind: 'server_error', when: 'after_effect', method: 'POST', path: '/v1/customers' })
    const before = standIn.state().counts.customers
    expect(await customers.provision(id)).toMatchObject({ outcome: 'provisioned' })
    expect(standIn.state().counts.customers).toBe(before + 1)
    expect(events).toContainEqual(expect.objectContaining({ type: 'created', profileId: id, how: 'found' }))
  })

  it('takes a new key when the stored 500 left no customer behind', async () => {
    const id = await signUp(database, 'nothing@example.com')
    standIn.addFaults({ kind: 'server_error', when: 'before_effect', method: 'POST', path: '/v1/customers' })
    const before = standIn.state().counts.customers
    expect(await customers.provision(id)).toMatchObject({ outcome: 'provisioned' })
    expect(standIn.state().counts.customers).toBe(before + 1)
    expect(events).toContainEqual({ type: 'key_renewed', profileId: id, kind: 'create' })
  })

  it('fails an address that Stripe refuses, until it changes', async () => {
    const id = await signUp(database, 'no address at all')
    const result = await customers.provision(id)
    expect(result).toMatchObject({ outcome: 'failed', error: { code: 'stripe_refused', status: 400 } })
    expect(await customers.provision(id)).toEqual(result)
    await database.query('update auth.users set email = $2 where id = $1', [id, 'address@example.com'])
    expect(await customers.provision(id)).toMatchObject({ outcome: 'provisioned' })
  })
})
