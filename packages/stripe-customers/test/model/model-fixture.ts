import type { PGlite } from '@electric-sql/pglite'
import { Stripe } from 'stripe'
import type { FaultRequest, StripeStandIn } from '@routekey/stripe-stand-in'
import { createStripeCustomers, type StripeCustomers } from '../../src/index.ts'
import { createStripe, stripeSecretKey, startStripe } from '../test-stack.ts'
import { createBackups } from './backups.ts'
import { createSimulation, type Process, type Simulation } from './simulation.ts'

/** What can go wrong with the next call to Stripe or to the database. */
export const allStripeFaults = [
  'none',
  'lost before the effect',
  'lost after the effect',
  'late by 20 s',
  'late by 200 s',
  'stalled before',
  'stalled after',
  '500 before the effect',
  '500 after the effect',
  '409',
  '429',
] as const
export const allDatabaseFaults = ['down', 'answer lost'] as const

export type StripeFault = (typeof allStripeFaults)[number]
export type DatabaseFault = (typeof allDatabaseFaults)[number]

const requestTimeoutMs = 10_000
/** Longer than a lease. */
const stallMs = 35_000

/** The real engine, SQL, `stripe` package and stand-in, with a network between them that fails on request. */
export interface ModelFixture {
  readonly standIn: StripeStandIn
  readonly simulation: Simulation
  readonly stripeFaults: StripeFault[]
  readonly databaseFaults: DatabaseFault[]
  /** When the invariant was broken, even if only for a moment. */
  readonly violations: string[]
  /** Customers that were there before the engine made any, by the profile that they belong to. */
  readonly firstCustomers: Map<string, string>
  /** Customers that belong to no profile. */
  readonly foreignCustomers: Set<string>
  /** Creates a customer as others than the engine do. Returns its id. */
  readonly createCustomer: (parameters: Stripe.CustomerCreateParams) => Promise<string>
  /** Remembers profiles and work. */
  readonly backUp: () => Promise<void>
  /** Writes them back as a restore does: with triggers off, and with the instants of the backup. */
  readonly restore: () => Promise<void>
  readonly withoutTriggers: (run: () => Promise<void>) => Promise<void>
  readonly query: (text: string, values?: unknown[]) => Promise<{ rows: unknown[] }>
  readonly startProcess: (fuse: number | null) => { process: Process; customers: StripeCustomers }
  readonly advance: (seconds: number) => Promise<void>
  readonly close: () => Promise<void>
}

/** Creates a fixture without users on a database without users. */
export async function createModelFixture(database: PGlite): Promise<ModelFixture> {
  const simulation = createSimulation()
  const standIn = await startStripe()
  const http = Stripe.createNodeHttpClient()
  const stripeFaults: StripeFault[] = []
  const databaseFaults: DatabaseFault[] = []
  const violations: string[] = []
  let databaseMs = 0

  /** The database's time follows when it is a second behind. The clocks of real instances differ by as much. */
  const query = async (text: string, values: unknown[] = []): Promise<{ rows: unknown[] }> => {
    const behindMs = simulation.nowMs() - databaseMs
    if (behindMs >= 1000) {
      databaseMs = simulation.nowMs()
      await database.query(
        `update public.stripe_customer_work set
           first_attempt_at = first_attempt_at - make_interval(secs => $1),
           key_since = key_since - make_interval(secs => $1),
           next_attempt_at = next_attempt_at - make_interval(secs => $1),
           unsettled_until = unsettled_until - make_interval(secs => $1)`,
        [behindMs / 1000],
      )
      standIn.advanceClock(behindMs / 1000)
    }
    return database.query(text, values)
  }

  const firstCustomers = new Map<string, string>()
  const foreignCustomers = new Set<string>()
  const watch = (): void => {
    const { customers } = standIn.state()
    for (const [profileId, first] of firstCustomers) {
      if (!customers.some(({ id }) => id === first)) violations.push(`The first customer of ${profileId} was deleted.`)
    }
    for (const foreign of foreignCustomers) {
      const customer = customers.find(({ id }) => id === foreign)
      if (customer?.metadata['profile_id'] !== undefined || customer?.metadata['app'] !== 'shop')
        violations.push(`Customer ${foreign} of others was changed or deleted.`)
    }
    const owners = customers.flatMap(({ metadata }) => metadata['profile_id'] ?? [])
    for (const [index, owner] of owners.entries()) {
      if (owners.indexOf(owner) !== index) violations.push(`Profile ${owner} has two live customers.`)
    }
  }

  type RequestArguments = Parameters<typeof http.makeRequest>
  const send = async (request: RequestArguments) => {
    const response = await http.makeRequest(...request)
    const body: object = await response.toJSON()
    if (request[3] !== 'GET') watch()
    const headers = response.getHeaders()
    return {
      getStatusCode: () => response.getStatusCode(),
      getHeaders: () => headers,
      getRawResponse: () => ({ headers }),
      toStream: () => null,
      toJSON: async () => body,
    }
  }

  const fail = (process: Process, sent: RequestArguments, fault: FaultRequest) =>
    simulation.call(process, () => {
      standIn.addFaults(fault)
      // A fault that did not match this call must not hit another one.
      return send(sent).finally(() => standIn.clearFaults())
    })

  const request = async (process: Process, sent: RequestArguments) => {
    const timeOut = async (): Promise<never> => {
      await simulation.sleep(process, requestTimeoutMs)
      throw Object.assign(new TypeError('ETIMEDOUT'), { code: 'ETIMEDOUT' })
    }
    // Asked once by each process. The fault matrix has its failures.
    if (sent[2] === '/v1/account') return simulation.call(process, () => send(sent))
    const fault = stripeFaults.shift()
    switch (fault) {
      case 'lost before the effect':
        return simulation.call(process, async () => {}).then(timeOut)
      case 'lost after the effect':
        return simulation.call(process, () => send(sent)).then(timeOut)
      case 'late by 20 s':
        simulation.runLater(20_000, async () => void (await send(sent)))
        return timeOut()
      case 'late by 200 s':
        simulation.runLater(200_000, async () => void (await send(sent)))
        return timeOut()
      case 'stalled before':
        return simulation.sleep(process, stallMs).then(() => simulation.call(process, () => send(sent)))
      case 'stalled after': {
        const response = await simulation.call(process, () => send(sent))
        await simulation.sleep(process, stallMs)
        return response
      }
      case '500 before the effect':
        return fail(process, sent, { kind: 'server_error', when: 'before_effect' })
      case '500 after the effect':
        return fail(process, sent, { kind: 'server_error', when: 'after_effect' })
      case '409':
        return fail(process, sent, { kind: 'in_flight' })
      case '429':
        return fail(process, sent, { kind: 'rate_limit' })
      case 'none':
      case undefined:
        return simulation.call(process, () => send(sent))
    }
  }

  const startProcess = (fuse: number | null) => {
    const process: Process = { fuse, alive: true }
    const postgres = {
      query: (text: string, values: unknown[]) => {
        const fault = databaseFaults.shift()
        return simulation.call(process, async () => {
          if (fault === 'down') throw new Error('connect ECONNREFUSED')
          const result = await query(text, values)
          if (fault === 'answer lost') throw new Error('read ECONNRESET')
          return result
        })
      },
    }
    const httpClient = {
      getClientName: () => 'simulated',
      makeRequest: (...sent: RequestArguments) => request(process, sent),
    }
    const { port } = standIn
    const stripe = new Stripe(stripeSecretKey, {
      protocol: 'http',
      host: '127.0.0.1',
      port,
      telemetry: false,
      httpClient,
    })
    const customers = createStripeCustomers({
      postgres,
      stripe,
      ...simulation.timingOf(process),
      concurrency: 2,
      random: () => 0.5,
    })
    return { process, customers }
  }

  const { withoutTriggers, backUp, restore } = createBackups(query, () => databaseMs)

  return {
    firstCustomers,
    foreignCustomers,
    createCustomer: async (parameters) => (await createStripe(standIn).customers.create(parameters)).id,
    withoutTriggers,
    backUp,
    restore,
    standIn,
    simulation,
    stripeFaults,
    databaseFaults,
    violations,
    query,
    startProcess,
    advance: (seconds) => simulation.advance(seconds * 1000),
    async close() {
      await standIn.stop()
      await database.exec('delete from auth.users; delete from public.stripe_customer_work')
    },
  }
}
