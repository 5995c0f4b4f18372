import { type OpenClient, postgresClients } from '@routekey/sandbox/postgres-clients'
import { startTestPostgres, type TestPostgres } from '@routekey/sandbox/test-postgres'
import type { StripeStandIn } from '@routekey/stripe-stand-in'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createStripeCustomers } from '../../src/index.ts'
import { createReconcileStore } from '../../src/reconcile/reconcile-store.ts'
import { createPostgresFunctions } from '../../src/store/postgres-functions.ts'
import { createStripe, signUp, startStripe } from '../test-stack.ts'

let server: TestPostgres
let standIn: StripeStandIn

beforeAll(async () => {
  ;[server, standIn] = await Promise.all([startTestPostgres(), startStripe()])
})
afterAll(async () => {
  await Promise.all([server.stop(), standIn.stop()])
})

const customerOf = (id: string) => standIn.state().customers.find(({ metadata }) => metadata['profile_id'] === id)

describe.each(postgresClients)('with $name', ({ name, open }) => {
  let opened: OpenClient
  const address = (user: string) => `${user}@${name.replaceAll(/\W+/g, '-')}.example.com`

  beforeAll(async () => {
    opened = await open(server.url)
  })
  afterAll(() => opened.close())

  const createEngine = () => createStripeCustomers({ postgres: opened.client, stripe: createStripe(standIn) })

  it('creates, changes, finds again and deletes a customer', async () => {
    const { client } = opened
    const customers = createEngine()
    const id = await signUp(client, address('ada'))
    const created = await customers.provision(id)
    expect(created).toEqual({ outcome: 'provisioned', stripeCustomer: customerOf(id)?.id })
    expect(customerOf(id)?.email).toBe(address('ada'))

    await client.query('update auth.users set email = $2 where id = $1', [id, address('lovelace')])
    expect(await customers.sweep()).toMatchObject({ claimed: 1, done: 1 })
    expect(customerOf(id)?.email).toBe(address('lovelace'))

    await client.query('update public.profile set stripe_customer = null where id = $1', [id])
    expect(await customers.provision(id)).toEqual(created)

    await client.query('delete from auth.users where id = $1', [id])
    await customers.sweep()
    expect(customerOf(id)).toBeUndefined()
  })

  it('records why an attempt failed, and counts the work', async () => {
    const customers = createEngine()
    const store = createReconcileStore(createPostgresFunctions(opened.client))
    const id = await signUp(opened.client, 'no address at all')
    const result = await customers.provision(id)
    expect(result).toMatchObject({ outcome: 'failed', error: { code: 'stripe_refused', status: 400 } })
    expect(await customers.provision(id)).toEqual(result)
    expect(await store.listFailed(10)).toMatchObject([{ profileId: id, kind: 'create', failedAt: expect.any(String) }])
    expect(await store.count()).toMatchObject({ profiles: 1, failed: 1, unrecorded: 0 })
    expect(await customers.readWakeUps()).toMatchObject({ madeByWakeUp: expect.any(Number) })
    await opened.client.query('delete from auth.users where id = $1', [id])
    await customers.sweep()
  })

  it('reads and changes links in sets', async () => {
    const store = createReconcileStore(createPostgresFunctions(opened.client))
    const customers = createEngine()
    const id = await signUp(opened.client, address('grace'))
    const { stripeCustomer } = await customers.provision(id).then((result) => {
      if (result.outcome !== 'provisioned') throw new Error(result.outcome)
      return result
    })
    expect(await store.findLinked([stripeCustomer, 'cus_"other\\', 'cus_{},'])).toEqual([stripeCustomer])
    expect(await store.findOwners([id])).toEqual([{ profileId: id, exists: true, tombstone: null }])
    expect(await store.openWork([id])).toEqual([])
    expect(await store.move([id], [])).toBeUndefined()
    expect(await store.readProfile(id)).toMatchObject({ profileId: id, stripeCustomer, busy: false })
    await opened.client.query('delete from auth.users where id = $1', [id])
    await customers.sweep()
  })
})
