import { setImmediate, setTimeout as delay } from 'node:timers/promises'
import { startTestPostgres, type TestPostgres } from '@routekey/sandbox/test-postgres'
import { Pool } from 'pg'
import type { StripeStandIn } from '@routekey/stripe-stand-in'
import {
  createStripeCustomers,
  type PostgresClient,
  type StripeCustomers,
  type StripeCustomersEvent,
  type StripeCustomersOptions,
} from '../../src/index.ts'
import { passTime } from '../advance-time.ts'
import { createStripe, startStripe } from '../test-stack.ts'
import { fastTiming } from './fast-timing.ts'

/** How many users sign up for each fault. */
export const signUps = 50

/** What one fault is played on: a real Postgres, a Stripe of its own, and profiles that wait for their customers. */
export interface Stage {
  readonly databaseUrl: string
  readonly database: Pool
  readonly standIn: StripeStandIn
  readonly profiles: readonly string[]
  readonly events: StripeCustomersEvent[]
  /** Creates an instance of the engine, of which there may be any number. */
  readonly createEngine: (options?: Partial<StripeCustomersOptions> & { postgres?: PostgresClient }) => StripeCustomers
  /** Lets time pass for the database and for Stripe. */
  readonly pass: (seconds: number) => Promise<void>
  /** Waits until no delayed request is under way at Stripe, also none that the engine has given up. */
  readonly untilQuiet: () => Promise<void>
}

/** What there is in the end. */
export interface Outcome {
  /** Live customers. */
  readonly customers: number
  /** Customers that were ever created. */
  readonly created: number
  /** Profiles whose `stripe_customer` is the live customer that carries their id and e-mail. */
  readonly linked: number
  /** Customers beyond the first of a profile. */
  readonly duplicates: number
  /** Rows of work that are not done. */
  readonly stuck: number
}

/** Opens stages, one after the other, on one server. */
export interface Theatre {
  readonly open: () => Promise<Stage>
  readonly close: (stage: Stage) => Promise<void>
  readonly stop: () => Promise<void>
}

/** Starts the real Postgres that all stages share. */
export async function openTheatre(): Promise<Theatre> {
  const postgres: TestPostgres = await startTestPostgres()
  const database = new Pool({ connectionString: postgres.url, max: 20 })
  // A connection that is closing when the server stops says so with an error.
  database.on('error', () => {})
  return {
    async open() {
      const delays = new Set<Promise<void>>()
      const standIn = await startStripe({
        sleep(ms, signal) {
          const slept = delay(ms, undefined, { signal }).finally(() => delays.delete(slept))
          delays.add(slept)
          return slept
        },
      })
      const { rows } = await database.query<{ id: string }>(
        `insert into auth.users (id, email) select gen_random_uuid(), 'user-' || number || '@example.com'
         from generate_series(1, $1::integer) as number returning id`,
        [signUps],
      )
      const events: StripeCustomersEvent[] = []
      return {
        databaseUrl: postgres.url,
        database,
        standIn,
        profiles: rows.map(({ id }) => id),
        events,
        createEngine: (options = {}) =>
          createStripeCustomers({
            postgres: database,
            stripe: createStripe(standIn),
            ...fastTiming,
            concurrency: signUps,
            onEvent: (event) => events.push(event),
            ...options,
          }),
        pass: (seconds) => passTime(database, standIn, seconds),
        async untilQuiet() {
          while (delays.size > 0) await Promise.all(delays)
          // The stand-in goes on in the same turn: the effect of the last one has come when this one ends.
          await setImmediate()
        },
      }
    },
    async close({ standIn }) {
      await standIn.stop()
      await database.query('delete from auth.users')
      await database.query('truncate public.stripe_customer_work')
    },
    async stop() {
      await database.end()
      await postgres.stop()
    },
  }
}

/** Lets the engine do what is left to be done, as the scheduler does, until nothing is. */
export async function settle({ database, createEngine, standIn, pass, untilQuiet }: Stage): Promise<void> {
  standIn.clearFaults()
  // A round passes in no time, and all of them while a request is on its way.
  await untilQuiet()
  const customers = createEngine()
  for (let round = 0; round < 8; round += 1) {
    await pass(600)
    await customers.sweep()
    const { rows } = await database.query(`select from public.stripe_customer_work where state = 'pending' limit 1`)
    if (rows.length === 0) return
  }
}

/** Looks at both sides and compares them. */
export async function inspect({ database, standIn }: Stage): Promise<Outcome> {
  const state = standIn.state()
  const owners = state.customers.map(({ metadata }) => metadata['profile_id'])
  const profiles = await database.query<{ id: string; email: string; stripe_customer: string | null }>(
    'select id, email, stripe_customer from public.profile',
  )
  const stuck = await database.query(`select from public.stripe_customer_work where state <> 'done'`)
  return {
    customers: state.counts.customers,
    created: state.counts.customers + state.counts.deletedCustomers,
    linked: profiles.rows.filter((profile) =>
      state.customers.some(
        ({ id, email, metadata }) =>
          id === profile.stripe_customer && email === profile.email && metadata['profile_id'] === profile.id,
      ),
    ).length,
    duplicates: owners.length - new Set(owners).size,
    stuck: stuck.rows.length,
  }
}
