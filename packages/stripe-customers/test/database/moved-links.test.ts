import { randomUUID } from 'node:crypto'
import type { PGlite } from '@electric-sql/pglite'
import { createTestDatabase } from '@routekey/sandbox/test-database'
import type { StripeStandIn } from '@routekey/stripe-stand-in'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createStripeCustomers } from '../../src/index.ts'
import { createReconcileStore } from '../../src/reconcile/reconcile-store.ts'
import { type FindingReport, reconcile, type ReconcileOptions } from '../../src/reconcile/reconcile.ts'
import { createStripeAccount } from '../../src/reconcile/stripe-account.ts'
import { createPostgresFunctions } from '../../src/store/postgres-functions.ts'
import { createWorkStore } from '../../src/store/work-store.ts'
import { systemTiming } from '../../src/timing.ts'
import { advanceTime } from '../advance-time.ts'
import { createStripe, signUp, startStripe } from '../test-stack.ts'

const oldUser = (id: string, customer: string) => `
  insert into auth.users (id, email, created_at, email_confirmed_at)
  values ('${id}', 'again@example.com', now() - interval '1 year', now());
  insert into public.profile (id, email, stripe_customer, created_at)
  values ('${id}', 'again@example.com', '${customer}', now() - interval '1 year')
  on conflict (id) do update set stripe_customer = excluded.stripe_customer`

describe('links that move', () => {
  let database: PGlite
  let standIn: StripeStandIn

  beforeAll(async () => {
    database = await createTestDatabase()
  })
  beforeEach(async () => {
    standIn = await startStripe()
  })
  afterEach(async () => {
    await standIn.stop()
    await database.exec('delete from auth.users; delete from public.stripe_customer_work')
  })
  afterAll(async () => {
    await database.close()
  })

  const createEngine = () => createStripeCustomers({ postgres: database, stripe: createStripe(standIn), waitMs: 0 })
  const liveIds = () => standIn.state().customers.map(({ id }) => id)
  const markOf = (customer: string) =>
    standIn.state().customers.find(({ id }) => id === customer)?.metadata['profile_id']

  async function addCustomerOf(email: string) {
    const id = await signUp(database, email)
    const result = await createEngine().provision(id)
    const customer = result.outcome === 'provisioned' ? result.stripeCustomer : ''
    standIn.addSubscription(customer)
    return { id, customer }
  }

  async function readProfile(id: string) {
    const { rows } = await database.query<Record<string, unknown>>(
      `select profile.stripe_customer as link, work.kind, work.state, work.last_error ->> 'code' as error
       from public.stripe_customer_work as work left join public.profile on profile.id = work.profile_id
       where work.profile_id = $1`,
      [id],
    )
    return rows[0]
  }

  async function swap() {
    const a = await addCustomerOf('a@example.com')
    standIn.advanceClock(100)
    const b = await addCustomerOf('b@example.com')
    await database.exec(`begin; update public.profile set stripe_customer = null where id = '${a.id}';
      update public.profile set stripe_customer = '${a.customer}' where id = '${b.id}';
      update public.profile set stripe_customer = '${b.customer}' where id = '${a.id}'; commit`)
    await createEngine().sweep()
    return { a, b }
  }

  async function addUnconfirmed() {
    const id = randomUUID()
    await database.query(
      `insert into auth.users (id, email, created_at) values ($1, 'later@example.com', now() - interval '1 year')`,
      [id],
    )
    return id
  }

  /** Returns what `reconcile` reported. */
  async function fix(options: Partial<ReconcileOptions> = {}) {
    const findings: Pick<FindingReport, 'kind' | 'result' | 'profileId'>[] = []
    const functions = createPostgresFunctions(database)
    const account = createStripeAccount(createStripe(standIn), systemTiming)
    await reconcile(
      { store: createReconcileStore(functions), work: createWorkStore(functions), account },
      {
        mode: 'fix',
        deleteDuplicates: false,
        newAccount: 'no',
        onFinding: ({ kind, result, profileId }) => findings.push({ kind, result, profileId }),
        onProgress: () => {},
        ...options,
      },
    )
    return findings
  }

  const withoutTriggers = (statements: string) =>
    database.exec(`begin; set local session_replication_role = replica; ${statements}; commit`)

  const moves = {
    'to another user, when two are merged': async ({ id, customer }: { id: string; customer: string }) => {
      const other = await signUp(database, 'heir@example.com')
      await database.exec(`begin;
        update public.profile set stripe_customer = null where id = '${id}';
        update public.profile set stripe_customer = '${customer}' where id = '${other}';
        delete from auth.users where id = '${id}'; commit`)
      return other
    },
    'back to the same user, whose deletion is undone': async ({ id, customer }: { id: string; customer: string }) => {
      await database.exec(`delete from auth.users where id = '${id}'`)
      await database.exec(`insert into auth.users (id, email, email_confirmed_at) values ('${id}', 'a@example.com', now());
        update public.profile set stripe_customer = '${customer}' where id = '${id}'`)
      return id
    },
    'to a new id, when users are imported again with triggers off': async (old: { id: string; customer: string }) => {
      const id = randomUUID()
      await withoutTriggers(`delete from public.profile; delete from auth.users; ${oldUser(id, old.customer)}`)
      return id
    },
    'to a new id, when users are truncated and imported again': async ({ customer }: { customer: string }) => {
      const id = randomUUID()
      await database.exec(`begin; truncate auth.users cascade; ${oldUser(id, customer)}; commit`)
      return id
    },
  }

  it.each(Object.entries(moves))('%s: the customer stays', async (_name, move) => {
    const first = await addCustomerOf('a@example.com')
    const id = await move(first)
    await fix()
    for (let sweep = 0; sweep < 3; sweep += 1) {
      await createEngine().sweep()
      await advanceTime(database, standIn, 60)
    }
    expect(liveIds()).toContain(first.customer)
    expect(await readProfile(id)).toEqual({ link: first.customer, kind: 'update', state: 'done', error: null })
    expect(markOf(first.customer)).toBe(id)
    expect(await fix({ deleteDuplicates: true })).toEqual([])
  })

  describe('from one user to another and back, by mistake', () => {
    it('deletes neither as a duplicate', async () => {
      const { a, b } = await swap()
      await fix({ deleteDuplicates: true })
      await createEngine().sweep()
      expect(liveIds()).toEqual(expect.arrayContaining([a.customer, b.customer]))
      expect((await readProfile(a.id))?.['error']).toBe('link_refused')
    })

    it('deletes neither with a user, nor as an orphan, and says so', async () => {
      const { a, b } = await swap()
      await database.query('delete from auth.users where id = $1', [a.id])
      await createEngine().sweep()
      expect(await readProfile(a.id)).toMatchObject({ kind: 'delete', state: 'done' })
      const findings = await fix({ deleteDuplicates: true })
      expect(findings.filter(({ kind }) => kind === 'orphaned')).toEqual([])
      await createEngine().sweep()
      expect(liveIds()).toEqual(expect.arrayContaining([a.customer, b.customer]))
      // The mark of a deleted user is replaced.
      expect(await readProfile(b.id)).toEqual({ link: a.customer, kind: 'update', state: 'done', error: null })
    })
  })

  it('deletes the own customer of a user whose link is to the customer of another', async () => {
    const a = await addCustomerOf('a@example.com')
    const b = await addCustomerOf('b@example.com')
    await database.exec(`begin; update public.profile set stripe_customer = null where id = '${b.id}';
      update public.profile set stripe_customer = '${b.customer}' where id = '${a.id}';
      delete from auth.users where id = '${a.id}';
      update public.profile set stripe_customer = '${b.customer}' where id = '${b.id}'; commit`)
    await createEngine().sweep()
    expect(liveIds()).not.toContain(a.customer)
    expect(liveIds()).toContain(b.customer)
  })

  it('gives no other customer to a user whose customer another has', async () => {
    const a = await addCustomerOf('a@example.com')
    const b = await signUp(database, 'b@example.com')
    await database.exec(`begin; update public.profile set stripe_customer = null where id = '${a.id}';
      update public.profile set stripe_customer = '${a.customer}' where id = '${b}'; commit`)
    await createEngine().sweep()
    expect(await readProfile(a.id)).toMatchObject({ link: null, state: 'failed', error: 'link_refused' })
    expect(liveIds()).toEqual([a.customer])
  })

  it('waits after a dismissal for a request that may still take effect', async () => {
    const id = await signUp(database, 'dismissed@example.com')
    standIn.addFaults({ kind: 'cut', when: 'after_effect', method: 'POST', path: '/v1/customers', count: 'always' })
    await createEngine().provision(id)
    standIn.clearFaults()
    await database.query('select public.dismiss_stripe_customer_work($1)', [id])
    await database.query('select public.requeue_stripe_customer_work($1)', [id])
    expect(await createEngine().provision(id)).toMatchObject({ outcome: 'pending' })
    await advanceTime(database, standIn, 301)
    expect(await createEngine().provision(id)).toMatchObject({ outcome: 'provisioned' })
    expect(standIn.state().customers.filter(({ metadata }) => metadata['profile_id'] === id)).toHaveLength(1)
  })

  describe('of a user who is not confirmed', () => {
    it.each(['report', 'plan', 'fix'] as const)('nothing is missing in the mode %s', async (mode) => {
      const id = await addUnconfirmed()
      await database.exec('delete from public.stripe_customer_work')
      expect(await fix({ mode })).toEqual([])
      await createEngine().sweep()
      expect((await readProfile(id))?.['link'] ?? null).toBeNull()
    })

    it('a failed row that waits again is not due', async () => {
      const id = await addUnconfirmed()
      await database.exec(`update public.stripe_customer_work set state = 'failed', failed_at = now()`)
      expect(await fix()).toEqual([{ kind: 'missing', result: 'found', profileId: id }])
      expect(await readProfile(id)).toMatchObject({ state: 'waiting' })
    })

    it('a link that was set while triggers were off is marked', async () => {
      const id = await addUnconfirmed()
      const { id: customer } = await createStripe(standIn).customers.create({ email: 'later@example.com' })
      await withoutTriggers(`update public.profile set stripe_customer = '${customer}'`)
      expect(await fix()).toEqual([{ kind: 'unmarked', result: 'due', profileId: id }])
      await createEngine().sweep()
      expect(markOf(customer)).toBe(id)
      expect(await fix()).toEqual([])
    })
  })
})
