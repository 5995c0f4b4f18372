import { startPgbouncer } from '@routekey/sandbox/pgbouncer'
import { startTestPostgres } from '@routekey/sandbox/test-postgres'
import type { StripeStandIn } from '@routekey/stripe-stand-in'
import { Pool } from 'pg'
import {
  createStripeCustomers,
  type PostgresClient,
  type StripeCustomers,
  type StripeCustomersEvent,
  type StripeCustomersOptions,
} from '../../src/index.ts'
import { advanceTime } from '../advance-time.ts'
import { createStripe, startStripe } from '../test-stack.ts'
import { createDelayGate, type DelayGate } from './delay-gate.ts'
import { createFastTiming, type FastTiming } from './fast-timing.ts'

/** How many users sign up for each fault. */
export const signUps = 50

/**
 * The leases of all engines here: a minute of real time. The usual one would be 0.6 s, in which a busy machine does not get all
 * responses. A lease ends where a test advances the time.
 */
export const leaseMs = 3_000_000
export const longerThanLeaseSeconds = leaseMs / 1000 + 1

/** Everything that one fault needs: a database, a Stripe stand-in, and profiles that wait for their customers. */
export interface FaultFixture {
  readonly databaseUrl: string
  readonly database: Pool
  readonly standIn: StripeStandIn
  readonly delays: DelayGate
  readonly timing: FastTiming
  readonly profiles: readonly string[]
  /** What all engines have reported. */
  readonly events: StripeCustomersEvent[]
  /** Creates an engine. There may be any number. */
  readonly createEngine: (options?: Partial<StripeCustomersOptions> & { postgres?: PostgresClient }) => StripeCustomers
  /** Advances the time of the database and of Stripe. */
  readonly advance: (seconds: number) => Promise<void>
  readonly close: () => Promise<void>
}

/** The end state on both sides. */
export interface EndState {
  /** Customers that are not deleted and have the id of a profile. */
  readonly customers: number
  /** Customers that were ever created. */
  readonly created: number
  /** Profiles whose `stripe_customer` is the customer with their id and e-mail. */
  readonly linked: number
  /** Customers beyond the first of a profile. */
  readonly duplicates: number
  /** Rows of work that are not done. */
  readonly stuck: number
}

/** A PostgreSQL server with a database for each fixture. */
export interface FaultServer {
  readonly createFixture: () => Promise<FaultFixture>
  readonly stop: () => Promise<void>
}

/** Starts the PostgreSQL server that all fixtures share. With `behindPooler`, all clients connect through a PgBouncer. */
export async function startFaultServer({ behindPooler = false } = {}): Promise<FaultServer> {
  // A pooler keeps its connections to the databases of fixtures that are closed.
  const server = await startTestPostgres({ settings: { max_connections: '250' } })
  const pooler = behindPooler ? await startPgbouncer(server.url) : undefined
  const url = new URL(server.url)
  const template = url.pathname.slice(1)
  // A database can be copied only while nobody is connected to it.
  url.pathname = 'template1'
  const admin = openPool(url, 1)
  let databases = 0
  return {
    async createFixture() {
      databases += 1
      const name = `fault_${databases}`
      await admin.query(`create database ${name} template ${template}`)
      const databaseUrl = new URL(pooler?.url ?? server.url)
      databaseUrl.pathname = name
      return createFixture(databaseUrl)
    },
    async stop() {
      await admin.end()
      await pooler?.stop()
      await server.stop()
    },
  }
}

function openPool(url: URL, max: number): Pool {
  const pool = new Pool({ connectionString: url.href, max })
  // `end` does not wait for its connections to close, and one that is still open when the server stops emits an error.
  pool.on('error', () => {})
  return pool
}

async function createFixture(databaseUrl: URL): Promise<FaultFixture> {
  const database = openPool(databaseUrl, 8)
  const delays = createDelayGate()
  const timing = createFastTiming()
  const standIn = await startStripe({ sleep: delays.sleep })
  const { rows } = await database.query<{ id: string }>(
    `insert into auth.users (id, email, created_at, email_confirmed_at)
     select gen_random_uuid(), 'user-' || number || '@example.com', now(), now()
     from generate_series(1, $1::integer) as number returning id`,
    [signUps],
  )
  const events: StripeCustomersEvent[] = []
  return {
    databaseUrl: databaseUrl.href,
    database,
    standIn,
    delays,
    timing,
    profiles: rows.map(({ id }) => id),
    events,
    createEngine: (options = {}) =>
      createStripeCustomers({
        postgres: database,
        stripe: createStripe(standIn),
        clock: timing.clock,
        sleep: timing.sleep,
        leaseMs,
        // Where a busy machine stops for 10 s, the timer would end the wait, and the request would arrive hours later, after the test has
        // advanced the time.
        requestTimeoutMs: 60_000,
        concurrency: signUps,
        onEvent: (event) => events.push(event),
        ...options,
      }),
    advance: (seconds) => advanceTime(database, standIn, seconds),
    async close() {
      await standIn.stop()
      await database.end()
    },
  }
}

/** Sweeps from time to time, as a scheduler does, until no work is pending. */
export async function settle({ database, createEngine, standIn, delays, advance }: FaultFixture): Promise<void> {
  standIn.clearFaults()
  // A request in transit would outlast all rounds, because they take no time.
  await delays.release()
  const customers = createEngine()
  for (let round = 0; round < 8; round += 1) {
    await advance(longerThanLeaseSeconds)
    await customers.sweep()
    const { rows } = await database.query(`select from public.stripe_customer_work where state = 'pending' limit 1`)
    if (rows.length === 0) return
  }
}

/** Reads the end state of both sides and compares them. */
export async function readEndState({ database, standIn }: FaultFixture): Promise<EndState> {
  const state = standIn.state()
  const own = state.customers.filter(({ metadata }) => metadata['profile_id'] !== undefined)
  const owners = own.map(({ metadata }) => metadata['profile_id'])
  const profiles = await database.query<{ id: string; email: string; stripe_customer: string | null }>(
    'select id, email, stripe_customer from public.profile',
  )
  const stuck = await database.query(`select from public.stripe_customer_work where state <> 'done'`)
  return {
    customers: own.length,
    created: own.length + state.counts.deletedCustomers,
    linked: profiles.rows.filter((profile) =>
      own.some(
        ({ id, email, metadata }) =>
          id === profile.stripe_customer && email === profile.email && metadata['profile_id'] === profile.id,
      ),
    ).length,
    duplicates: owners.length - new Set(owners).size,
    stuck: stuck.rows.length,
  }
}
