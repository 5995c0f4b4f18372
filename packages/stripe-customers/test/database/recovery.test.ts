import type { PGlite } from '@electric-sql/pglite'
import { createTestDatabase } from '@routekey/sandbox/test-database'
import { Stripe } from 'stripe'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { StripeStandIn } from '@routekey/stripe-stand-in'
import {
  createStripeCustomers,
  type PostgresClient,
  type StripeCustomersEvent,
  type StripeCustomersOptions,
} from '../../src/index.ts'
import { advanceTime } from '../advance-time.ts'
import { createStripe, signUp, startStripe } from '../test-stack.ts'

function sqlError(code: string): Error {
  return Object.assign(new Error(`SQLSTATE ${code}`), { code })
}

/** Creates time that passes only during sleeps, which end at once. */
function createVirtualTiming() {
  let nowMs = Date.now()
  return {
    clock: () => new Date(nowMs),
    sleep: async (ms: number) => {
      nowMs += ms
    },
  }
}

describe('recovery', () => {
  let database: PGlite
  let standIn: StripeStandIn
  let events: StripeCustomersEvent[] = []

  beforeAll(async () => {
    ;[database, standIn] = await Promise.all([createTestDatabase(), startStripe()])
  })
  afterEach(async () => {
    standIn.clearFaults()
    await database.exec('delete from auth.users')
    await createEngine().sweep()
    events = []
  })
  afterAll(async () => {
    await Promise.all([database.close(), standIn.stop()])
  })

  function createEngine(options: Partial<StripeCustomersOptions> & { postgres?: PostgresClient } = {}) {
    return createStripeCustomers({
      postgres: database,
      stripe: createStripe(standIn),
      onEvent: (event) => events.push(event),
      ...options,
    })
  }

  const customersOf = (id: string) => standIn.state().customers.filter(({ metadata }) => metadata['profile_id'] === id)

  const workOf = async (id: string) => {
    const { rows } = await database.query<Record<string, unknown>>(
      'select * from public.stripe_customer_work where profile_id = $1',
      [id],
    )
    return rows[0]
  }

  /** Creates a client that runs `intercept` before each call of a SQL function. `intercept` may throw in its place. */
  function createClient(intercept: (name: string) => void | Promise<void>): PostgresClient {
    return {
      async query(text, values) {
        await intercept(/public\.(\w+)/.exec(text)?.[1] ?? '')
        return database.query(text, values)
      },
    }
  }

  /** The request to create succeeds without a response, the link is set by hand, and nobody works until the key is too old. */
  async function linkDuringCall() {
    const id = await signUp(database, 'by-hand@example.com')
    standIn.addFaults({ kind: 'cut', when: 'after_effect', method: 'POST', path: '/v1/customers', count: 'always' })
    await createEngine().sweep({ limit: 1 })
    standIn.clearFaults()
    const [created] = customersOf(id)
    const chosen = await createStripe(standIn).customers.create({ metadata: { profile_id: id } })
    await database.query('update public.profile set stripe_customer = $2 where id = $1', [id, chosen.id])
    await advanceTime(database, standIn, 25 * 3600)
    return { id, chosen: chosen.id, created: created?.id ?? '' }
  }

  it('fails a row whose workers all die, and does its work after a requeue', async () => {
    const id = await signUp(database, 'deadly@example.com')
    const claim = `select from public.claim_stripe_customer_work(gen_random_uuid(), 30, 1, $1)`
    for (let worker = 0; worker < 3; worker += 1) {
      await database.query(claim, [id])
      await advanceTime(database, standIn, 31)
    }
    const customers = createEngine({ retryPolicy: { maxAttempts: 3 } })
    expect(await customers.provision(id)).toMatchObject({ outcome: 'failed', error: { code: 'worker_lost' } })
    expect(await workOf(id)).toMatchObject({ state: 'failed', lease_token: null })
    expect(await customers.sweep()).toMatchObject({ claimed: 0, stopped: 'idle' })

    await database.query('select public.requeue_stripe_customer_work($1)', [id])
    expect(await customers.provision(id)).toMatchObject({ outcome: 'provisioned' })
    expect(customersOf(id)).toHaveLength(1)
  })

  it('tries a row whose workers died as often as the policy says', async () => {
    const id = await signUp(database, 'once@example.com')
    await database.query('select from public.claim_stripe_customer_work(gen_random_uuid(), 30, 1, $1)', [id])
    await advanceTime(database, standIn, 31)
    const customers = createEngine({ retryPolicy: { maxAttempts: 2 } })
    expect(await customers.provision(id)).toMatchObject({ outcome: 'provisioned' })
  })

  it('records the customer once the database is back, within the same lease', async () => {
    const id = await signUp(database, 'back@example.com')
    let failures = 0
    const postgres = createClient((name) => {
      if (name !== 'complete_stripe_customer_work' || failures === 3) return
      failures += 1
      throw sqlError('57P01')
    })
    const customers = createEngine({ postgres, ...createVirtualTiming() })
    expect(await customers.provision(id)).toMatchObject({ outcome: 'provisioned' })
    expect(failures).toBe(3)
    expect(await workOf(id)).toMatchObject({ state: 'done' })
    expect(events.map(({ type }) => type)).toEqual(['claimed', 'created'])
  })

  it.each(['sk_test_wrong', 'sk_test_sandbox_0123456789\n'])(
    'stops at the bad key %j without counting an attempt, and does the work with the right one',
    async (key) => {
      const id = await signUp(database, 'bad-key@example.com')
      const stripe = new Stripe(key, { protocol: 'http', host: '127.0.0.1', port: standIn.port, maxNetworkRetries: 0 })
      expect(await createEngine({ stripe, retryPolicy: { maxAttempts: 1 } }).sweep()).toMatchObject({
        stopped: 'unauthorized',
        retrying: 1,
        failed: 0,
      })
      expect(await workOf(id)).toMatchObject({
        state: 'pending',
        attempts: 0,
        last_error: { code: 'stripe_unauthorized' },
      })
      await advanceTime(database, standIn, 3600)
      expect(await createEngine().sweep()).toMatchObject({ done: 1 })
      expect(customersOf(id)).toHaveLength(1)
    },
  )

  it('waits for a database that is read-only, as after a failover, and loses nothing', async () => {
    const id = await signUp(database, 'failover@example.com')
    await database.exec('set default_transaction_read_only = on')
    const unavailable = { code: 'ERR_STRIPE_CUSTOMERS_DATABASE_UNAVAILABLE' }
    await expect(createEngine().sweep()).rejects.toMatchObject(unavailable)
    await expect(createEngine().provision(id)).rejects.toMatchObject(unavailable)
    await database.exec('reset default_transaction_read_only')

    const postgres = createClient(async (name) => {
      // The database fails over while Stripe creates the customer, and is back at the second attempt to record it.
      const isReadOnly = name === 'complete_stripe_customer_work' && readOnlyCalls++ === 0
      await database.exec(`set default_transaction_read_only = ${isReadOnly ? 'on' : 'off'}`)
    })
    let readOnlyCalls = 0
    expect(await createEngine({ postgres, ...createVirtualTiming() }).provision(id)).toMatchObject({
      outcome: 'provisioned',
    })
    expect(readOnlyCalls).toBe(2)
    expect(customersOf(id)).toHaveLength(1)
  })

  it('throws while the database stays unreachable, and the next worker finds the same customer', async () => {
    const id = await signUp(database, 'away@example.com')
    const postgres = createClient((name) => {
      if (name === 'complete_stripe_customer_work') throw new Error('connect ECONNREFUSED')
    })
    const before = standIn.state().counts.customers
    await expect(createEngine({ postgres, ...createVirtualTiming() }).provision(id)).rejects.toMatchObject({
      code: 'ERR_STRIPE_CUSTOMERS_DATABASE_UNAVAILABLE',
    })
    await advanceTime(database, standIn, 31)
    expect(await createEngine().provision(id)).toMatchObject({ outcome: 'provisioned' })
    expect(standIn.state().counts.customers).toBe(before + 1)
    expect(events).toContainEqual(expect.objectContaining({ type: 'created', how: 'replayed' }))
  })

  it('accepts a result that was recorded although the response was lost', async () => {
    const id = await signUp(database, 'lost-answer@example.com')
    let lost = 0
    const postgres: PostgresClient = {
      async query(text, values) {
        const result = await database.query(text, values)
        if (text.includes('complete_stripe_customer_work') && lost++ === 0) throw sqlError('08006')
        return result
      },
    }
    expect(await createEngine({ postgres }).provision(id)).toMatchObject({ outcome: 'provisioned' })
    expect(lost).toBe(2)
    expect(customersOf(id)).toHaveLength(1)
  })

  it('does the other rows when the database refuses to record one', async () => {
    const poison = await signUp(database, 'poison@example.com')
    const others = await Promise.all(['a', 'b', 'c'].map((name) => signUp(database, `${name}@example.com`)))
    const postgres: PostgresClient = {
      async query(text, values) {
        if (text.includes('complete_stripe_customer_work') && values[0] === poison) throw sqlError('P0001')
        return database.query(text, values)
      },
    }
    const customers = createEngine({ postgres, concurrency: 1, retryPolicy: { maxAttempts: 2 } })
    expect(await customers.sweep()).toMatchObject({ claimed: 4, done: 3, retrying: 1 })
    expect(await workOf(poison)).toMatchObject({ state: 'pending', last_error: { code: 'database_refused' } })
    await advanceTime(database, standIn, 60)
    expect(await customers.sweep()).toMatchObject({ claimed: 1, failed: 1 })
    expect(customersOf(poison)).toHaveLength(1)
    for (const id of others) expect(await workOf(id)).toMatchObject({ state: 'done' })
  })

  it('ends the sweep when it has no permission to write', async () => {
    await signUp(database, 'forbidden@example.com')
    const postgres = createClient((name) => {
      if (name !== 'repair_profiles' && name !== 'claim_stripe_customer_work') throw sqlError('42501')
    })
    await expect(createEngine({ postgres }).sweep()).rejects.toMatchObject({
      code: 'ERR_STRIPE_CUSTOMERS_DATABASE_REFUSED',
    })
    // No worker ended the lease.
    await advanceTime(database, standIn, 31)
  })

  it('serves a user whose id only Postgres accepts as a UUID, and the users beside it', async () => {
    const seeded = '11111111-1111-1111-1111-111111111111'
    await database.query('insert into auth.users (id, email, email_confirmed_at) values ($1, $2, now())', [
      seeded,
      'seeded@example.com',
    ])
    const other = await signUp(database, 'other@example.com')
    expect(await createEngine().sweep()).toMatchObject({ claimed: 2, done: 2 })
    expect(await createEngine().provision(seeded)).toMatchObject({ outcome: 'provisioned' })
    expect(customersOf(other)).toHaveLength(1)
  })

  it('reports an uncounted attempt although the e-mail changed meanwhile and restarted the count', async () => {
    const id = await signUp(database, 'before@example.com')
    standIn.addFaults({ kind: 'rate_limit', method: 'POST', path: '/v1/customers' })
    const postgres = createClient(async (name) => {
      if (name !== 'retry_stripe_customer_work') return
      await database.query('update auth.users set email = $2 where id = $1', [id, 'after@example.com'])
    })
    expect(await createEngine({ postgres }).provision(id)).toMatchObject({ outcome: 'provisioned' })
    expect(await createEngine().sweep()).toMatchObject({ claimed: 0 })
    expect(customersOf(id).map(({ email }) => email)).toEqual(['after@example.com'])
  })

  it('keeps the key when Stripe refuses to list, because the customer may be there', async () => {
    const id = await signUp(database, 'listed@example.com')
    const stripe = createStripe(standIn)
    const list = stripe.customers.list.bind(stripe.customers)
    // Stripe responds with 400 to this condition, as it would after a change of its interface.
    stripe.customers.list = (parameters, options) => list({ ...parameters, created: { gte: -1.5 } }, options)
    standIn.addFaults({ kind: 'server_error', when: 'after_effect', method: 'POST', path: '/v1/customers' })
    const failed = await createEngine({ stripe }).provision(id)
    expect(failed).toMatchObject({ outcome: 'failed', error: { code: 'stripe_refused' } })
    expect(customersOf(id)).toHaveLength(1)

    await database.query('select public.requeue_stripe_customer_work($1)', [id])
    expect(await createEngine().provision(id)).toMatchObject({ outcome: 'provisioned' })
    expect(customersOf(id)).toHaveLength(1)
  })

  it('deletes the customer of a deleted user later when Stripe refuses to list now', async () => {
    const id = await signUp(database, 'leaver@example.com')
    const stripe = createStripe(standIn)
    const list = stripe.customers.list.bind(stripe.customers)
    stripe.customers.list = (parameters, options) => list({ ...parameters, created: { gte: -1.5 } }, options)
    standIn.addFaults({ kind: 'server_error', when: 'after_effect', method: 'POST', path: '/v1/customers' })
    await createEngine({ stripe, retryPolicy: { maxAttempts: 1 } }).provision(id)
    await database.query('delete from auth.users where id = $1', [id])
    await createEngine({ stripe }).sweep()
    expect(customersOf(id)).toHaveLength(1)
    expect(await workOf(id)).toMatchObject({ kind: 'delete', state: 'failed' })

    await database.query('select public.requeue_stripe_customer_work($1)', [id])
    await createEngine().sweep()
    expect(customersOf(id)).toEqual([])
  })

  it('fails an address that Stripe refuses, and creates the customers of the others in the same sweep', async () => {
    const before = [await signUp(database, 'first@example.com'), await signUp(database, 'second@example.com')]
    const poison = await signUp(database, 'no address at all')
    const after = [await signUp(database, 'third@example.com'), await signUp(database, 'fourth@example.com')]
    const customers = createEngine({ concurrency: 2 })
    expect(await customers.sweep({ limit: 5 })).toMatchObject({ claimed: 5, done: 4, failed: 1, retrying: 0 })
    expect([...before, ...after].map((id) => customersOf(id).length)).toEqual([1, 1, 1, 1])
    const refused = { state: 'failed', attempts: 1, last_error: { code: 'stripe_refused', status: 400 } }
    expect(await workOf(poison)).toMatchObject(refused)
    expect(await customers.sweep()).toMatchObject({ claimed: 0, stopped: 'idle' })

    const requeue = () => database.query('select public.requeue_stripe_customer_work($1)', [poison])
    await requeue()
    expect(await customers.sweep()).toMatchObject({ claimed: 1, failed: 1 })
    expect(await workOf(poison)).toMatchObject(refused)

    // Stripe may accept later what it refuses now.
    const lenient = createStripe(standIn)
    const create = lenient.customers.create.bind(lenient.customers)
    lenient.customers.create = (parameters, options) => create({ ...parameters, email: 'fixed@example.com' }, options)
    await requeue()
    expect(await createEngine({ stripe: lenient }).sweep()).toMatchObject({ claimed: 1, done: 1 })
    expect(customersOf(poison)).toHaveLength(1)
    expect(await workOf(poison)).toMatchObject({ state: 'done', last_error: null })
  })

  it('fails a row whose key stays in flight, after growing waits', async () => {
    const id = await signUp(database, 'busy@example.com')
    standIn.addFaults({ kind: 'in_flight', method: 'POST', path: '/v1/customers', count: 'always' })
    const customers = createEngine({ retryPolicy: { maxAttempts: 4 }, random: () => 0 })
    for (let attempt = 1; attempt <= 4; attempt += 1) {
      expect(await customers.sweep({ limit: 1 })).toMatchObject({ claimed: 1 })
      await advanceTime(database, standIn, 600)
    }
    const waits = events.flatMap((event) => (event.type === 'retrying' ? [Math.round(event.delayMs)] : []))
    expect(waits).toEqual([500, 1000, 2000])
    expect(await workOf(id)).toMatchObject({ state: 'failed', last_error: { code: 'stripe_in_flight', status: 409 } })

    standIn.clearFaults()
    await database.query('select public.requeue_stripe_customer_work($1)', [id])
    expect(await createEngine().provision(id)).toMatchObject({ outcome: 'provisioned' })
    expect(customersOf(id)).toHaveLength(1)
  })

  it.each([
    ['says that a request with the old key is in progress', 250, { kind: 'in_flight' }],
    ['said so when the row failed', 1, { kind: 'in_flight' }],
    ['has not responded to the last request', 1, { kind: 'cut', when: 'before_effect', count: 2 }],
  ] as const)('takes no new key while Stripe %s', async (_what, maxAttempts, fault) => {
    const id = await signUp(database, 'slow@example.com')
    standIn.addFaults({ ...fault, method: 'POST', path: '/v1/customers' })
    await createEngine({ retryPolicy: { maxAttempts } }).sweep()
    // The key is too old to be sent, but Stripe's last response is a moment old.
    await database.query(
      `update public.stripe_customer_work
       set key_since = key_since - interval '20 hours', next_attempt_at = now() where profile_id = $1`,
      [id],
    )
    await database.query('select public.requeue_stripe_customer_work($1)', [id])
    await createEngine().sweep()
    expect(customersOf(id)).toEqual([])
    expect(events.filter(({ type }) => type === 'key_renewed')).toEqual([])
    await advanceTime(database, standIn, 301)
    expect(await createEngine().provision(id)).toMatchObject({ outcome: 'provisioned' })
    expect(events.filter(({ type }) => type === 'key_renewed')).toHaveLength(1)
  })

  describe('a link that is set by hand while a request to create is in transit, until the key is too old', () => {
    it('leaves only the linked customer', async () => {
      const { id, chosen } = await linkDuringCall()
      await createEngine().sweep()
      expect(customersOf(id).map((customer) => customer.id)).toEqual([chosen])
    })

    it('deletes both with the user', async () => {
      const { id } = await linkDuringCall()
      await database.query('delete from auth.users where id = $1', [id])
      await createEngine().sweep()
      expect(customersOf(id)).toEqual([])
    })

    it.each([
      ['is used', async ({ created }: { created: string }) => standIn.addSubscription(created)],
      [
        'is older than the key',
        async ({ id }: { id: string }) =>
          database.query(
            `update public.stripe_customer_work set first_attempt_at = to_timestamp($2) + interval '11 minutes'
             where profile_id = $1`,
            [id, Math.max(...customersOf(id).map((customer) => customer.created))],
          ),
      ],
    ])('keeps a customer that %s', async (_what, change) => {
      const linked = await linkDuringCall()
      await change(linked)
      await createEngine().sweep()
      const { id, created, chosen } = linked
      expect(customersOf(id).map((customer) => customer.id)).toEqual(expect.arrayContaining([created, chosen]))
      expect(await workOf(id)).toMatchObject({ state: 'done', stripe_customer: chosen })
    })
  })

  it('does not close a deletion with the key of another Stripe account', async () => {
    const id = await signUp(database, 'leaver@example.com')
    await createEngine().provision(id)
    await database.query('delete from auth.users where id = $1', [id])
    const other = await startStripe()
    try {
      expect(await createEngine({ stripe: createStripe(other) }).sweep()).toMatchObject({ done: 0, failed: 1 })
    } finally {
      await other.stop()
    }
    expect(await workOf(id)).toMatchObject({ state: 'failed', last_error: { code: 'stripe_missing', status: 404 } })
    expect(customersOf(id)).toHaveLength(1)

    await database.query('select public.requeue_stripe_customer_work($1)', [id])
    expect(await createEngine().sweep()).toMatchObject({ done: 1 })
    expect(customersOf(id)).toEqual([])
  })

  it('pauses between its queries while a transaction holds the row', async () => {
    const id = await signUp(database, 'held@example.com')
    let calls = 0
    // PGlite has one connection and cannot lock the row. So this imitates a lock: nothing is claimed although the row is due.
    const postgres: PostgresClient = {
      async query(text, values) {
        calls += 1
        return text.includes('claim_stripe_customer_work') ? { rows: [{ answer: '[]' }] } : database.query(text, values)
      },
    }
    const customers = createEngine({ postgres, waitMs: 500, ...createVirtualTiming() })
    expect(await customers.provision(id)).toMatchObject({ outcome: 'pending' })
    // Waits of 50, 75, 112 and 168 ms.
    expect(calls).toBe(10)
  })
})
