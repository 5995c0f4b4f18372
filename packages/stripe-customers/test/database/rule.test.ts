import type { StripeStandIn } from '@routekey/stripe-stand-in'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createStripeCustomers, type StripeCustomers } from '../../src/index.ts'
import { createStripe, startStripe } from '../test-stack.ts'
import { databases, type OpenDatabase } from './open-database.ts'

describe.each(databases)('the rule on $name', ({ open }) => {
  let database: OpenDatabase
  let standIn: StripeStandIn
  let customers: StripeCustomers

  beforeAll(async () => {
    ;[database, standIn] = await Promise.all([open(), startStripe()])
    customers = createStripeCustomers({ postgres: database, stripe: createStripe(standIn) })
  })
  afterAll(async () => {
    await Promise.all([database.close(), standIn.stop()])
  })

  /** Signs a user up who has not confirmed the address. */
  const signUp = async (): Promise<string> => {
    const id = crypto.randomUUID()
    await database.query('insert into auth.users (id, email) values ($1, $2)', [id, `${id}@example.com`])
    return id
  }
  const confirm = (id: string) => database.query('update auth.users set email_confirmed_at = now() where id = $1', [id])
  const customersOf = (id: string) => standIn.state().customers.filter(({ metadata }) => metadata['profile_id'] === id)
  /** Reads all that Stripe has of them. */
  const retrieveOf = (id: string) =>
    Promise.all(customersOf(id).map((customer) => createStripe(standIn).customers.retrieve(customer.id)))
  const returnDetails = (expression: string) =>
    database.query(
      `create or replace function public.stripe_customer_details(profile_id uuid) returns jsonb language sql as
       $$select ${expression}$$`,
    )

  it('gives no customer to a user who is not confirmed, by route or schedule, until the user is', async () => {
    const id = await signUp()
    expect(await customers.provision(id)).toEqual({ outcome: 'waiting' })
    expect(await customers.sweep()).toMatchObject({ claimed: 0, stopped: 'idle' })
    expect(customersOf(id)).toEqual([])
    await confirm(id)
    expect(await customers.sweep()).toMatchObject({ claimed: 1, done: 1 })
    expect(customersOf(id)).toHaveLength(1)
  })

  it('leaves nothing to delete in Stripe of a user who never confirmed', async () => {
    const id = await signUp()
    await database.query('delete from auth.users where id = $1', [id])
    expect(await customers.sweep()).toMatchObject({ claimed: 0 })
  })

  it('provisions at once if the rule allows it by now, although no trigger said so', async () => {
    const id = await signUp()
    await database.query('alter table auth.users disable trigger user')
    await confirm(id)
    await database.query('alter table auth.users enable trigger user')
    expect(await customers.provision(id)).toMatchObject({ outcome: 'provisioned' })
    expect(customersOf(id)).toHaveLength(1)
  })

  it("creates the customer with the project's details, which change neither its e-mail nor its mark", async () => {
    await returnDetails(
      `'{"name": "Ada", "phone": "+15550100", "preferred_locales": ["de"], "metadata": {"plan": "pro"}}'::jsonb`,
    )
    const id = await signUp()
    await confirm(id)
    expect(await customers.provision(id)).toMatchObject({ outcome: 'provisioned' })
    expect(await retrieveOf(id)).toMatchObject([
      {
        email: `${id}@example.com`,
        name: 'Ada',
        phone: '+15550100',
        preferred_locales: ['de'],
        metadata: { plan: 'pro', profile_id: id },
      },
    ])
  })

  it('fails a row whose details are refused, with the reason and without an address, until they are fixed', async () => {
    await returnDetails(`jsonb_build_object('mail', 'ada@example.com', 'metadata', '{"profile_id": "x"}'::jsonb)`)
    const id = await signUp()
    await confirm(id)
    const result = await customers.provision(id)
    expect(result).toMatchObject({ outcome: 'failed', error: { code: 'details_refused' } })
    expect(JSON.stringify(result)).toContain('not mail')
    await returnDetails(`(1 / 0)::text::jsonb`)
    await database.query('select public.requeue_stripe_customer_work($1)', [id])
    expect(JSON.stringify(await customers.provision(id))).toContain('division by zero')
    expect(customersOf(id)).toEqual([])
    await returnDetails(`'{"name": "Grace"}'::jsonb`)
    await database.query('select public.requeue_stripe_customer_work($1)', [id])
    expect(await customers.provision(id)).toMatchObject({ outcome: 'provisioned' })
    expect(await retrieveOf(id)).toMatchObject([{ name: 'Grace' }])
  })

  it('does the other rows of a sweep in which details are refused', async () => {
    const [broken, fine] = [await signUp(), await signUp()]
    await returnDetails(`case when profile_id = '${broken}' then '[]'::jsonb else '{}'::jsonb end`)
    await Promise.all([broken, fine].map(confirm))
    expect(await customers.sweep()).toMatchObject({ claimed: 2, done: 1, failed: 1 })
    expect(customersOf(fine)).toHaveLength(1)
  })

  it('asks a slow rule about the row that waited longest, and about the next one the next time', async () => {
    await database.query('delete from auth.users')
    const ids = [await signUp(), await signUp(), await signUp()]
    for (const [place, id] of ids.entries()) {
      await database.query(
        `update public.stripe_customer_work set next_attempt_at = now() - make_interval(hours => $2) where profile_id = $1`,
        [id, 9 - place],
      )
    }
    const waiting = async () => {
      const { rows } = await database.query(
        `select profile_id from public.stripe_customer_work where state = 'waiting' and next_attempt_at <= now()
         order by next_attempt_at`,
      )
      return rows
    }
    // One question takes longer than a call may spend on all of them.
    await database.query(
      `create or replace function public.may_have_stripe_customer(profile_id uuid) returns boolean language plpgsql as
       $$ begin perform pg_sleep(0.6); return false; end $$`,
    )
    for (const left of [ids.slice(1), ids.slice(2), []]) {
      // Each claim calls it.
      await database.query('select public.reconsider_waiting_stripe_customers()')
      expect(await waiting()).toEqual(left.map((id) => ({ profile_id: id })))
    }
  })
})
