import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { Pool } from 'pg'
import type { FaultRequest } from '@routekey/stripe-stand-in'
import type { ProvisionResult, StripeCustomers, StripeCustomersEvent } from '../../src/index.ts'
import { createStripe } from '../test-stack.ts'
import { type Stage, signUps } from './fault-fixture.ts'
import type { WorkerOrders } from './worker.ts'

/** One row of the matrix. */
export interface Fault {
  readonly name: string
  /** Lets the fault strike every sign-up and gives the profiles that it struck. */
  readonly strike: (stage: Stage) => Promise<Iterable<string>>
  /** Live customers in the end, where it is not one for every sign-up. */
  readonly customers?: number
}

const leaseSeconds = 31
/** The stand-in never answers; the engine's own limit ends the wait, here 200 ms for 10 s. */
const requestTimeoutMs = 200
const create = { method: 'POST', path: '/v1/customers', count: 'always' } as const

const onCreate = (fault: FaultRequest, options = {}) => strikeTwice({ ...fault, ...create }, options)

export const faults: readonly Fault[] = [
  { name: 'connection cut before the effect', strike: onCreate({ kind: 'cut', when: 'before_effect' }) },
  { name: 'connection cut after the effect', strike: onCreate({ kind: 'cut', when: 'after_effect' }) },
  {
    name: 'connection cut, whatever is called',
    strike: strikeTwice({ kind: 'cut', when: 'after_effect', count: 'always' }),
  },
  {
    name: '500 before the effect, stored and replayed',
    strike: onCreate({ kind: 'server_error', when: 'before_effect' }),
  },
  {
    name: '500 after the effect, stored and replayed',
    strike: onCreate({ kind: 'server_error', when: 'after_effect' }),
  },
  {
    name: '500 to every call, stored and replayed',
    strike: strikeTwice({ kind: 'server_error', when: 'after_effect', count: 'always' }),
  },
  { name: '409, the key is in flight', strike: onCreate({ kind: 'in_flight' }) },
  { name: '429 with Retry-After', strike: onCreate({ kind: 'rate_limit', retryAfterSeconds: 2 }) },
  { name: '429 without Retry-After', strike: onCreate({ kind: 'rate_limit' }) },
  {
    name: 'no answer, before the effect',
    strike: onCreate({ kind: 'hang', when: 'before_effect' }, { requestTimeoutMs: requestTimeoutMs }),
  },
  {
    name: 'no answer, after the effect',
    strike: onCreate({ kind: 'hang', when: 'after_effect' }, { requestTimeoutMs: requestTimeoutMs }),
  },
  { name: 'effect after the engine gave up', strike: comeLate },
  { name: 'database down after Stripe answered', strike: (stage) => loseDatabase(stage, 3) },
  {
    name: 'database down until the lease has ended',
    strike: (stage) => loseDatabase(stage, Number.POSITIVE_INFINITY),
  },
  { name: 'kill -9 between Stripe and the write', strike: killWorker },
  { name: 'four instances on every row', strike: runInstances },
  { name: 'lease ended during the call', strike: outliveLease },
  {
    name: '25 hours and keys forgotten, nothing created',
    strike: (stage) => forgetKeys(stage, 'before_effect'),
  },
  { name: '25 hours and keys forgotten, created', strike: (stage) => forgetKeys(stage, 'after_effect') },
  { name: 'e-mail changed between attempts', strike: (stage) => changeEmails(stage, 'cut') },
  { name: 'e-mail changed after a stored 500', strike: (stage) => changeEmails(stage, 'server_error') },
  { name: 'user deleted during the call', strike: deleteUsers, customers: 0 },
  { name: 'user deleted after a cut connection', strike: deleteUsersAfterCut, customers: 0 },
]

/** Two rounds under a fault that Stripe has for every call that it fits. */
function strikeTwice(fault: FaultRequest, options: Parameters<Stage['createEngine']>[0] = {}): Fault['strike'] {
  return async ({ standIn, createEngine, events, pass }) => {
    standIn.addFaults(fault)
    const customers = createEngine(options)
    for (let round = 0; round < 2; round += 1) {
      // Rows that may be tried again at once would keep an unbounded sweep going.
      await customers.sweep({ limit: signUps })
      await pass(leaseSeconds)
    }
    return profilesOf(events, 'retrying')
  }
}

/** Each request takes effect when the engine no longer waits for it; one that comes before is answered 409. */
async function comeLate(stage: Stage): Promise<Iterable<string>> {
  const { standIn, events, untilQuiet } = stage
  const late: Parameters<typeof onCreate> = [{ kind: 'delay', delayMs: 600 }, { requestTimeoutMs: requestTimeoutMs }]
  await onCreate(...late)(stage)
  await untilQuiet()
  if (profilesOf(events, 'created').size > 0) throw new Error('An answer was waited for.')
  const unanswered = events.filter((event) => event.type === 'retrying' && event.error?.code === 'stripe_unreachable')
  const created = new Set(standIn.state().customers.map(({ metadata }) => metadata['profile_id']))
  return [...profilesOf(unanswered, 'retrying')].filter((id) => created.has(id))
}

/** The database cannot be reached for the first attempts to write what Stripe answered. */
async function loseDatabase({ database, createEngine, pass }: Stage, attempts: number): Promise<Iterable<string>> {
  // Nobody listens at this port.
  const gone = new Pool({ host: '127.0.0.1', port: 1 })
  const failures = new Map<unknown, number>()
  const postgres = {
    async query(text: string, values: unknown[]): Promise<{ rows: unknown[] }> {
      const isWrite = text.includes('complete_stripe_customer_work') || text.includes('retry_stripe_customer_work')
      const failed = failures.get(values[0]) ?? 0
      if (!isWrite || failed >= attempts) return database.query(text, values)
      failures.set(values[0], failed + 1)
      return gone.query(text, values)
    },
  }
  const outlivesLease = attempts === Number.POSITIVE_INFINITY
  // On the fast clock the usual lease is one and a half seconds, which a busy machine may need for the rest.
  const customers = createEngine(outlivesLease ? { postgres } : { postgres, leaseMs: 600_000 })
  const [swept] = await Promise.allSettled([customers.sweep()])
  if ((swept.status === 'rejected') !== outlivesLease) throw new Error('Swept otherwise.')
  await gone.end()
  await pass(leaseSeconds)
  return [...failures.keys()].map(String)
}

/** A real process, killed when it has all answers and has written none. */
async function killWorker({ databaseUrl, standIn, pass }: Stage): Promise<Iterable<string>> {
  const worker = fork(fileURLToPath(new URL('worker.ts', import.meta.url)), { execArgv: [] })
  const answered = new Set<string>()
  const all = new Promise<void>((resolve, reject) => {
    worker.once('exit', (code) => reject(new Error(`The worker ended with ${String(code)}.`)))
    worker.on('message', (message: { answered: string }) => {
      answered.add(message.answered)
      if (answered.size === signUps) resolve()
    })
  })
  worker.send({ databaseUrl, stripePort: standIn.port, concurrency: signUps } satisfies WorkerOrders)
  await all
  worker.removeAllListeners('exit')
  const ended = once(worker, 'exit')
  worker.kill('SIGKILL')
  const [, signal] = await ended
  if (signal !== 'SIGKILL') throw new Error(`The worker ended by ${String(signal)}.`)
  await pass(leaseSeconds)
  return answered
}

/** Four instances are asked for every profile at once, while a fifth sweeps. */
async function runInstances({ createEngine, profiles }: Stage): Promise<Iterable<string>> {
  const engines: StripeCustomers[] = Array.from({ length: 4 }, () => createEngine({ waitMs: 60_000 }))
  const sweeping = createEngine().sweep()
  const struck: string[] = []
  for (const id of profiles) {
    const results: ProvisionResult[] = await Promise.all(engines.map((customers) => customers.provision(id)))
    const agreed = new Set(results.map((result) => JSON.stringify(result)))
    if (agreed.size === 1 && results[0]?.outcome === 'provisioned') struck.push(id)
  }
  await sweeping
  return struck
}

/** Every lease ends while Stripe takes its time; a second instance takes the rows up meanwhile. */
async function outliveLease(stage: Stage): Promise<Iterable<string>> {
  const { swept } = await beginSlowSweep(stage)
  await stage.pass(leaseSeconds)
  await stage.createEngine().sweep()
  await swept
  return profilesOf(stage.events, 'lease_lost')
}

/** The first attempt has no answer, and the next comes when Stripe no longer knows its key. */
async function forgetKeys(stage: Stage, when: 'before_effect' | 'after_effect'): Promise<Iterable<string>> {
  const { standIn, createEngine, events, pass } = stage
  standIn.addFaults({ kind: 'cut', when, ...create })
  await createEngine().sweep()
  standIn.clearFaults()
  await pass(25 * 3600)
  if (standIn.state().counts.idempotencyKeys > 0) throw new Error('Stripe still knows the keys.')
  return profilesOf(events, 'retrying')
}

async function changeEmails(stage: Stage, kind: 'cut' | 'server_error'): Promise<Iterable<string>> {
  const { database, standIn, createEngine, events } = stage
  standIn.addFaults({ kind, when: 'after_effect', ...create })
  await createEngine().sweep()
  await database.query(`update auth.users set email = 'new-' || email`)
  return profilesOf(events, 'retrying')
}

async function deleteUsers(stage: Stage): Promise<Iterable<string>> {
  const { swept } = await beginSlowSweep(stage)
  await stage.database.query('delete from auth.users')
  await swept
  return profilesOf(stage.events, 'created')
}

async function deleteUsersAfterCut({ database, standIn, createEngine, events }: Stage): Promise<Iterable<string>> {
  standIn.addFaults({ kind: 'cut', when: 'after_effect', ...create })
  await createEngine().sweep()
  await database.query('delete from auth.users')
  return profilesOf(events, 'retrying')
}

/** Begins a sweep, and returns while its calls for all sign-ups are under way. */
async function beginSlowSweep({ standIn, createEngine }: Stage): Promise<{ swept: Promise<unknown> }> {
  standIn.addFaults({ kind: 'delay', delayMs: 1500, ...create })
  const stripe = createStripe(standIn)
  const allSent = new Promise<void>((resolve) => {
    let sent = 0
    stripe.on('request', () => {
      sent += 1
      if (sent === signUps) resolve()
    })
  })
  const swept = createEngine({ stripe }).sweep()
  await allSent
  return { swept }
}

function profilesOf(events: readonly StripeCustomersEvent[], type: StripeCustomersEvent['type']): Set<string> {
  return new Set(events.filter((event) => event.type === type).map(({ profileId }) => profileId))
}
