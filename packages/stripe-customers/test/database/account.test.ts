import { randomUUID } from 'node:crypto'
import type { PGlite } from '@electric-sql/pglite'
import { createTestDatabase } from '@routekey/sandbox/test-database'
import type { StripeStandIn } from '@routekey/stripe-stand-in'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createStripeCustomers, type StripeCustomersOptions } from '../../src/index.ts'
import { createReconcileStore } from '../../src/reconcile/reconcile-store.ts'
import { reconcile } from '../../src/reconcile/reconcile.ts'
import { createStripeAccount } from '../../src/reconcile/stripe-account.ts'
import { createPostgresFunctions } from '../../src/store/postgres-functions.ts'
import { createWorkStore } from '../../src/store/work-store.ts'
import { systemTiming } from '../../src/timing.ts'
import { createStripe, signUp, startStripe } from '../test-stack.ts'

const restrictedKey = 'rk_test_sandbox_0123456789'

const createCustomers = async (standIn: StripeStandIn, count: number) => {
  const created = Array.from({ length: count }, () => createStripe(standIn).customers.create())
  return (await Promise.all(created)).map(({ id }) => id)
}

describe('the account of the key', () => {
  let database: PGlite
  const standIns: StripeStandIn[] = []

  beforeAll(async () => {
    database = await createTestDatabase()
    // The tables of other projects take any text.
    await database.exec('alter table public.profile drop constraint profile_stripe_customer_check')
  })
  afterEach(async () => {
    await Promise.all(standIns.splice(0).map((standIn) => standIn.stop()))
    await database.exec(`
      delete from auth.users;
      delete from public.stripe_customer_work;
      update public.stripe_customer_account set account = null, livemode = null;
    `)
  })
  afterAll(async () => {
    await database.close()
  })

  async function startEngine(
    { account, secretKey }: { account?: string; secretKey?: string } = {},
    options: Partial<StripeCustomersOptions> = {},
  ) {
    const standIn = await startStripe({
      ...(account === undefined ? {} : { account }),
      ...(secretKey === undefined ? {} : { secretKey }),
    })
    standIns.push(standIn)
    const create = () =>
      createStripeCustomers({ postgres: database, stripe: createStripe(standIn, secretKey), waitMs: 0, ...options })
    return { standIn, create, customers: create() }
  }
  const readAccounts = async () => {
    const { rows } = await database.query('select * from public.stripe_customer_account order by number')
    return rows
  }

  it('is recorded at the first request, and asked for once', async () => {
    const { standIn, customers } = await startEngine({ account: 'acct_One' }, { livemode: false })
    await Promise.all([1, 2, 3].map(async () => customers.provision(await signUp(database))))
    expect(await readAccounts()).toEqual([{ number: 1, account: 'acct_One', livemode: false }])
    const asked = standIn.state().requests.recent.filter(({ path }) => path === '/v1/account')
    expect(asked).toHaveLength(1)
  })

  it.each([
    ['another account', { account: 'acct_Two' }, { livemode: false }],
    ['another mode', { account: 'acct_One' }, { livemode: true }],
  ])('stops everything for the key of %s, and names the way out', async (_name, other, options) => {
    const { customers } = await startEngine({ account: 'acct_One' }, { livemode: false })
    await customers.provision(await signUp(database))
    const wrong = await startEngine(other, options)
    const id = await signUp(database)
    expect(await wrong.customers.provision(id)).toMatchObject({
      outcome: 'pending',
      reason: { code: 'stripe_other_account', message: expect.stringContaining('--new-account') },
    })
    await signUp(database)
    expect(await wrong.customers.sweep()).toMatchObject({ retrying: 1, stopped: 'other_account' })
    expect(wrong.standIn.state().counts.customers).toBe(0)
    // With the right key, the work is done when its wait is over.
    await database.query('update public.stripe_customer_work set next_attempt_at = now()')
    expect(await customers.sweep()).toMatchObject({ done: 2, stopped: 'idle' })
  })

  it('is recognised by its customers if the key cannot read it', async () => {
    const own = await startEngine({ secretKey: restrictedKey })
    await own.customers.provision(await signUp(database))
    expect(await readAccounts()).toEqual([{ number: 1, account: null, livemode: null }])
    const wrong = await startEngine({ secretKey: restrictedKey })
    const id = await signUp(database)
    expect(await wrong.customers.provision(id)).toMatchObject({ reason: { code: 'stripe_other_account' } })
    expect(await wrong.customers.provision(id)).toMatchObject({ reason: { code: 'stripe_other_account' } })
    await database.query('update public.stripe_customer_work set next_attempt_at = now()')
    expect(await own.create().provision(id)).toMatchObject({ outcome: 'provisioned' })
  })

  it('is not that of links from before the engine that it does not have', async () => {
    const id = await signUp(database)
    await database.query('delete from public.stripe_customer_work')
    await database.query('alter table public.profile disable trigger user')
    await database.query(`update public.profile set stripe_customer = 'cus_of_another_account' where id = $1`, [id])
    await database.query('alter table public.profile enable trigger user')
    const { customers } = await startEngine({}, { livemode: false })
    const next = await signUp(database)
    expect(await customers.provision(next)).toMatchObject({ reason: { code: 'stripe_other_account' } })
    expect(await readAccounts()).toEqual([{ number: 1, account: null, livemode: null }])
  })

  /** Links profiles while no trigger sees it, as rows from before the engine. */
  const linkSilently = async (customers: readonly string[]) => {
    const ids = await Promise.all(customers.map(() => signUp(database)))
    await database.exec('delete from public.stripe_customer_work; alter table public.profile disable trigger user')
    for (const [place, customer] of customers.entries())
      await database.query('update public.profile set stripe_customer = $2 where id = $1', [ids[place], customer])
    await database.exec('alter table public.profile enable trigger user')
    return ids
  }

  it.each([
    ['the first', (real: string[]) => ['cus_0demo1', 'cus_0demo2', 'cus_0demo3', 'cus_0demo4', 'cus_0demo5', ...real]],
    ['the last', (real: string[]) => [...real, 'cus_zzdemo1', 'cus_zzdemo2', 'cus_zzdemo3', 'cus_zzdemo4', 'customer']],
    ['all but one', (real: string[]) => [...Array.from({ length: 30 }, (_, n) => `cus_0demo${n}`), real[0]!]],
    ['not even ids', (real: string[]) => ['', ' ', 'none', 'ada@example.com', 'https://example.com/1', ...real]],
  ])('is that of the project although some links are wrong: %s', async (_what, mix) => {
    const { standIn, customers } = await startEngine({}, { livemode: false })
    await linkSilently(mix(await createCustomers(standIn, 17)))
    expect(await customers.provision(await signUp(database))).toMatchObject({ outcome: 'provisioned' })
  })

  it('names the links that it was recognised by, and what to do if they are wrong', async () => {
    await linkSilently(['cus_0demo1', 'cus_0demo2', 'none of these'])
    const { customers } = await startEngine({}, { livemode: false })
    const result = await customers.provision(await signUp(database))
    expect(result).toMatchObject({ reason: { code: 'stripe_other_account' } })
    expect(JSON.stringify(result)).toContain('any of 2 customers, such as cus_0demo1, to which profiles are linked')
    expect(JSON.stringify(result)).toContain('clear the links if they are wrong')
  })

  it('keeps links to its own customers when a project moves to it, also those that Stripe does not list', async () => {
    const { standIn, customers } = await startEngine({ account: 'acct_Two' })
    const stripe = createStripe(standIn)
    const linked = ['account_40', 'account_41', 'account_42', 'account_43', 'cus_of_another_account']
    const [own = '', free = '', foreign = '', deleted = '', absent = ''] = await linkSilently(linked)
    for (const [id, metadata] of [
      ['account_40', { profile_id: own }],
      ['account_41', {}],
      ['account_42', { profile_id: randomUUID() }],
      ['account_43', {}],
    ] as const)
      await stripe.rawRequest('POST', '/v1/customers', { id, metadata })
    await stripe.customers.del('account_43')
    standIn.addSubscription('account_41')
    const functions = createPostgresFunctions(database)
    const store = createReconcileStore(functions)
    await store.beginAccount({ account: 'acct_Two', livemode: false })
    const kept = new Map<string, boolean>()
    await reconcile(
      { store, work: createWorkStore(functions), account: createStripeAccount(stripe, systemTiming) },
      {
        mode: 'fix',
        deleteDuplicates: false,
        newAccount: 'begun',
        onFinding: (finding) => finding.kind === 'moved' && kept.set(finding.profileId, finding.kept),
        onProgress: () => {},
      },
    )
    expect(kept).toEqual(
      new Map([
        [own, true],
        [free, true],
        [foreign, false],
        [deleted, false],
        [absent, false],
      ]),
    )
    // Profiles that had no work, such as those from before the engine, are due, too.
    const work = await database.query('select profile_id, kind, state from public.stripe_customer_work order by kind')
    expect(work.rows).toHaveLength(linked.length)
    expect(work.rows.slice(-2)).toEqual(
      expect.arrayContaining([own, free].map((id) => ({ profile_id: id, kind: 'update', state: 'pending' }))),
    )
    await customers.sweep()
    // The sweep has marked them.
    expect(await stripe.customers.retrieve('account_41')).toMatchObject({ metadata: { profile_id: free } })
    const { rows } = await database.query('select id, stripe_customer from public.profile where id = any ($1)', [
      [own, free],
    ])
    expect(rows).toEqual(
      expect.arrayContaining([
        { id: own, stripe_customer: 'account_40' },
        { id: free, stripe_customer: 'account_41' },
      ]),
    )
  })

  it('decides which events count', async () => {
    const { customers } = await startEngine({ account: 'acct_One' }, { livemode: false })
    const provisioned = await customers.provision(await signUp(database))
    const id = provisioned.outcome === 'provisioned' ? provisioned.stripeCustomer : ''
    // An engine that does not know its mode.
    const { customers: other } = await startEngine({ account: 'acct_One' })
    const event = { id: 'evt_1', type: 'customer.deleted', data: { object: { id } } }
    expect(await other.applyEvent({ ...event, livemode: true })).toEqual({ outcome: 'ignored', reason: 'other_mode' })
    expect(await other.applyEvent({ ...event, account: 'acct_Two' })).toEqual({
      outcome: 'ignored',
      reason: 'other_account',
    })
    expect(await other.applyEvent({ ...event, account: 'acct_One', livemode: false })).toMatchObject({
      outcome: 'unlinked',
    })
  })
})
