import type { FaultRequest } from '@routekey/stripe-stand-in'
import type { ProvisionResult, StripeCustomers } from '../../src/index.ts'
import { createStripe } from '../test-stack.ts'
import { type FaultFixture, leaseMs, longerThanLeaseSeconds, signUps } from './fault-fixture.ts'
import { killWorker } from './kill-worker.ts'
import { loseDatabase, loseDatabaseUntilLeaseExpires } from './lose-database.ts'
import { changeAccount } from './change-account.ts'
import {
  adoptBesideOthers,
  adoptCustomers,
  clearLinks,
  deleteUsersWithoutTriggers,
  loseLinks,
  restoreBackup,
  setLinks,
  setLinksDuringCall,
  setLinksLongAfterCall,
  truncateUsers,
} from './past.ts'
import { profilesOf } from './profiles-of.ts'
import { deleteUsers, outliveLease } from './slow-calls.ts'

/** One row of the fault matrix. */
export interface Fault {
  readonly name: string
  /** Injects the fault into the work of every sign-up. Returns the profiles that it hit. */
  readonly inject: (fixture: FaultFixture) => Promise<Iterable<string>>
  /** Customers in the end. Default: one for every sign-up. */
  readonly customers?: number
  /** Customers that were ever created. Default: one for every sign-up. */
  readonly created?: number
}

/** The stand-in never responds to a `hang`, so the engine's own limit ends the wait: here after 200 ms, usually after 10 s. */
const requestTimeoutMs = 200
const everyCreate = { method: 'POST', path: '/v1/customers', count: 'always' } as const

const onCreate = (fault: FaultRequest, options = {}) => injectTwice({ ...fault, ...everyCreate }, options)

export const faults: readonly Fault[] = [
  { name: 'connection cut before the effect', inject: onCreate({ kind: 'cut', when: 'before_effect' }) },
  { name: 'connection cut after the effect', inject: onCreate({ kind: 'cut', when: 'after_effect' }) },
  {
    name: 'connection cut on every call',
    inject: injectTwice({ kind: 'cut', when: 'after_effect', count: 'always' }),
  },
  {
    name: '500 before the effect, stored and replayed',
    inject: onCreate({ kind: 'server_error', when: 'before_effect' }),
  },
  {
    name: '500 after the effect, stored and replayed',
    inject: onCreate({ kind: 'server_error', when: 'after_effect' }),
  },
  {
    name: '500 on every call, stored and replayed',
    inject: injectTwice({ kind: 'server_error', when: 'after_effect', count: 'always' }),
  },
  { name: '409, the key is in flight', inject: onCreate({ kind: 'in_flight' }) },
  { name: '429 with Retry-After', inject: onCreate({ kind: 'rate_limit', retryAfterSeconds: 2 }) },
  { name: '429 without Retry-After', inject: onCreate({ kind: 'rate_limit' }) },
  {
    name: 'no response, before the effect',
    inject: onCreate({ kind: 'hang', when: 'before_effect' }, { requestTimeoutMs }),
  },
  {
    name: 'no response, after the effect',
    inject: onCreate({ kind: 'hang', when: 'after_effect' }, { requestTimeoutMs }),
  },
  { name: 'effect after the engine gave up', inject: injectLateEffect },
  { name: 'database down after the response from Stripe', inject: loseDatabase },
  { name: 'database down until the lease expires', inject: loseDatabaseUntilLeaseExpires },
  { name: 'kill -9 between Stripe and the write', inject: killWorker },
  { name: 'four instances on every row', inject: runInstances },
  { name: 'lease expires during the call', inject: outliveLease },
  {
    name: '25 hours pass and keys are forgotten, nothing created',
    inject: (fixture) => forgetKeys(fixture, 'before_effect'),
  },
  {
    name: '25 hours pass and keys are forgotten, customers created',
    inject: (fixture) => forgetKeys(fixture, 'after_effect'),
  },
  { name: 'foreign customers with the same e-mails and ids of their own', inject: meetForeignCustomers },
  { name: 'e-mail changes between attempts', inject: (fixture) => changeEmails(fixture, 'cut') },
  { name: 'e-mail changes after a stored 500', inject: (fixture) => changeEmails(fixture, 'server_error') },
  { name: 'user deleted during the call', inject: deleteUsers, customers: 0 },
  { name: 'user deleted after a cut connection', inject: deleteUsersAfterCut, customers: 0 },
  { name: 'adoption of earlier customers', inject: adoptCustomers },
  { name: 'restore of a backup that is 25 hours old', inject: restoreBackup },
  { name: 'another account', inject: (fixture) => changeAccount(fixture, { account: 'acct_Other' }, {}) },
  { name: 'live mode after test mode', inject: (fixture) => changeAccount(fixture, {}, { livemode: true }) },
  { name: 'adoption beside customers of others', inject: adoptBesideOthers },
  { name: 'link cleared', inject: clearLinks },
  { name: 'link lost while triggers are off', inject: loseLinks },
  { name: 'link set by hand', inject: setLinks },
  // The customer that the engine was creating is deleted again.
  { name: 'link set by hand during the call', inject: setLinksDuringCall, created: 2 * signUps },
  { name: 'link set by hand after the call, 25 hours pass', inject: setLinksLongAfterCall, created: 2 * signUps },
  { name: 'users truncated', inject: truncateUsers, customers: 0 },
  { name: 'users deleted while triggers are off', inject: deleteUsersWithoutTriggers, customers: 0 },
]

/** Runs two rounds under a fault of every call that it matches. */
function injectTwice(fault: FaultRequest, options: Parameters<FaultFixture['createEngine']>[0] = {}): Fault['inject'] {
  return async ({ standIn, createEngine, events, advance }) => {
    standIn.addFaults(fault)
    const customers = createEngine(options)
    for (let round = 0; round < 2; round += 1) {
      // Without a limit, rows that may be tried again at once would keep the sweep going.
      await customers.sweep({ limit: signUps })
      await advance(longerThanLeaseSeconds)
    }
    return profilesOf(events, 'retrying')
  }
}

/** Each request takes effect when the engine no longer waits for it. Requests that come before get 409. */
async function injectLateEffect(fixture: FaultFixture): Promise<Iterable<string>> {
  const { standIn, createEngine, events, delays, advance } = fixture
  standIn.addFaults({ kind: 'delay', delayMs: 1, ...everyCreate })
  const customers = createEngine({ requestTimeoutMs })
  // More than two rounds on a busy machine, where the engine may give up before its request has arrived.
  for (let round = 1; round <= 2 || delays.heldCount() < signUps; round += 1) {
    await customers.sweep({ limit: signUps })
    await advance(longerThanLeaseSeconds)
  }
  await delays.release()
  if (profilesOf(events, 'created').size > 0) throw new Error('The engine waited for a late response.')
  const unanswered = events.filter((event) => event.type === 'retrying' && event.error?.code === 'stripe_unreachable')
  const created = new Set(standIn.state().customers.map(({ metadata }) => metadata['profile_id']))
  return [...profilesOf(unanswered, 'retrying')].filter((id) => created.has(id))
}

/** Four instances provision every profile at the same time, while a fifth sweeps. */
async function runInstances({ createEngine, profiles }: FaultFixture): Promise<Iterable<string>> {
  const engines: StripeCustomers[] = Array.from({ length: 4 }, () => createEngine({ waitMs: leaseMs }))
  const sweeping = createEngine().sweep()
  const hit: string[] = []
  for (const id of profiles) {
    const results: ProvisionResult[] = await Promise.all(engines.map((customers) => customers.provision(id)))
    const distinct = new Set(results.map((result) => JSON.stringify(result)))
    if (distinct.size === 1 && results[0]?.outcome === 'provisioned') hit.push(id)
  }
  await sweeping
  return hit
}

/** The first attempt gets no response, and the next one comes when Stripe has forgotten its key. */
async function forgetKeys(fixture: FaultFixture, when: 'before_effect' | 'after_effect'): Promise<Iterable<string>> {
  const { standIn, createEngine, events, advance } = fixture
  standIn.addFaults({ kind: 'cut', when, ...everyCreate })
  await createEngine().sweep({ limit: signUps })
  standIn.clearFaults()
  await advance(25 * 3600)
  if (standIn.state().counts.idempotencyKeys > 0) throw new Error('Stripe still knows the keys.')
  return profilesOf(events, 'retrying')
}

/** Others in the account have customers with ids of their own choice, among which the engine has to look for the one it made. */
async function meetForeignCustomers(fixture: FaultFixture): Promise<Iterable<string>> {
  const { database, standIn } = fixture
  const stripe = createStripe(standIn)
  const { rows } = await database.query<{ id: string; email: string }>('select id, email from public.profile')
  await Promise.all(
    rows.map(({ id, email }) => {
      const foreign = { id: `account_${id}`, email, metadata: { app: 'shop' } }
      return stripe.customers.create(foreign)
    }),
  )
  return forgetKeys(fixture, 'after_effect')
}

async function changeEmails(fixture: FaultFixture, kind: 'cut' | 'server_error'): Promise<Iterable<string>> {
  const { database, standIn, createEngine, events } = fixture
  standIn.addFaults({ kind, when: 'after_effect', ...everyCreate })
  await createEngine().sweep({ limit: signUps })
  await database.query(`update auth.users set email = 'new-' || email`)
  return profilesOf(events, 'retrying')
}

async function deleteUsersAfterCut({
  database,
  standIn,
  createEngine,
  events,
}: FaultFixture): Promise<Iterable<string>> {
  standIn.addFaults({ kind: 'cut', when: 'after_effect', ...everyCreate })
  await createEngine().sweep({ limit: signUps })
  await database.query('delete from auth.users')
  return profilesOf(events, 'retrying')
}
