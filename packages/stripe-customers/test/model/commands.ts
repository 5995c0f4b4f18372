import { deepEqual } from 'node:assert/strict'
import * as fc from 'fast-check'
import { StripeCustomersError } from '../../src/index.ts'
import {
  allDatabaseFaults,
  type DatabaseFault,
  allStripeFaults,
  type StripeFault,
  type ModelFixture,
} from './model-fixture.ts'
import { Past, pastEvents } from './past.ts'
import { applyUserEvent, isPossible, type Model, signUp, type UserEvent } from './model.ts'

export type Command = fc.AsyncCommand<Model, ModelFixture>

/** What a process does: it sweeps or provisions one profile, after so many seconds. */
export interface Job {
  readonly kind: 'sweep' | 'provision'
  readonly user: number
  readonly afterSeconds: number
}

// Longer than a lease, a late request, the age at which the engine no longer sends a key, and the age at which Stripe forgets it.
const laterSeconds = [2, 31, 150, 301, 3600, 23 * 3600 - 100, 25 * 3600] as const

/** Creates sequences of actions of users, the network, machines and time. */
export function arbitraryCommands(): fc.Arbitrary<Iterable<Command>> {
  const user = fc.constantFrom(0, 0, 1, 2)
  const event: fc.Arbitrary<UserEvent> = fc.record({
    kind: fc.constantFrom('change e-mail', 'change e-mail', 'drop e-mail', 'delete', 'return'),
    user,
  })
  const job: fc.Arbitrary<Job> = fc.record({
    kind: fc.constantFrom('sweep', 'provision'),
    user,
    // A lease lasts 30 seconds.
    afterSeconds: fc.constantFrom(0, 0, 31),
  })
  const choices = fc.array(fc.nat({ max: 5 }), { minLength: 1, maxLength: 12 })
  const work = fc
    .tuple(
      fc.array(job, { minLength: 1, maxLength: 2 }),
      fc.array(fc.record({ event, turn: fc.nat({ max: 8 }) }), { maxLength: 2 }),
      choices,
    )
    .map((parts) => new Work(...parts))
  return fc.commands(
    [
      fc.constant(new SignUp()),
      event.map((happens) => new UserDoes(happens)),
      fc.constantFrom(...allStripeFaults).map((fault) => new StripeFails(fault)),
      fc.constantFrom(...allStripeFaults).map((fault) => new StripeFails(fault)),
      fc.constantFrom(...allDatabaseFaults).map((fault) => new DatabaseFails(fault)),
      fc.nat({ max: 12 }).map((fuse) => new Crash(fuse)),
      work,
      work,
      fc.tuple(fc.constantFrom(...pastEvents), user).map((parts) => new Past(...parts)),
      fc.tuple(fc.constantFrom(...pastEvents), user).map((parts) => new Past(...parts)),
      fc.constantFrom(...laterSeconds).map((seconds) => new AdvanceTime(seconds)),
    ],
    { maxCommands: 12, size: 'max' },
  )
}

class SignUp implements Command {
  check = ({ users }: Readonly<Model>): boolean => users.length < 3
  run = signUp
  toString = (): string => 'sign up'
}

class UserDoes implements Command {
  readonly event: UserEvent
  constructor(event: UserEvent) {
    this.event = event
  }
  check = (model: Readonly<Model>): boolean => isPossible(model, this.event)
  run = (model: Model, fixture: ModelFixture): Promise<void> => applyUserEvent(model, fixture, this.event)
  toString = (): string => `user ${this.event.user}: ${this.event.kind}`
}

export class StripeFails implements Command {
  readonly fault: StripeFault
  constructor(fault: StripeFault) {
    this.fault = fault
  }
  check = (): boolean => true
  run = async (_model: Model, fixture: ModelFixture): Promise<void> => void fixture.stripeFaults.push(this.fault)
  toString = (): string => `Stripe: ${this.fault}`
}

class DatabaseFails implements Command {
  readonly fault: DatabaseFault
  constructor(fault: DatabaseFault) {
    this.fault = fault
  }
  check = (): boolean => true
  run = async (_model: Model, fixture: ModelFixture): Promise<void> => void fixture.databaseFaults.push(this.fault)
  toString = (): string => `database: ${this.fault}`
}

class Crash implements Command {
  readonly fuse: number
  constructor(fuse: number) {
    this.fuse = fuse
  }
  check = (): boolean => true
  run = async (model: Model): Promise<void> => void (model.fuse = this.fuse)
  toString = (): string => `crash after ${this.fuse} half steps`
}

export class AdvanceTime implements Command {
  readonly seconds: number
  constructor(seconds: number) {
    this.seconds = seconds
  }
  check = (): boolean => true
  run = (_model: Model, fixture: ModelFixture): Promise<void> => fixture.advance(this.seconds)
  toString = (): string => `advance ${this.seconds} s`
}

/** Processes that work side by side while users act. */
export class Work implements Command {
  readonly jobs: readonly Job[]
  readonly events: readonly { event: UserEvent; turn: number }[]
  readonly choices: readonly number[]
  constructor(jobs: readonly Job[], events: Work['events'], choices: readonly number[]) {
    this.jobs = jobs
    this.events = events
    this.choices = choices
  }
  check = (): boolean => true
  async run(model: Model, fixture: ModelFixture): Promise<void> {
    let chosen = 0
    const choose = (count: number): number => (this.choices[chosen++ % this.choices.length] ?? 0) % count
    const works = this.jobs.map((job) => {
      const { process, customers } = fixture.startProcess(model.fuse)
      model.fuse = null
      const user = job.kind === 'provision' ? model.users[job.user] : undefined
      const begin = (): Promise<unknown> => (user === undefined ? customers.sweep() : customers.provision(user.id))
      return { process, work: fixture.simulation.sleep(process, job.afterSeconds * 1000).then(begin) }
    })
    let passed = 0
    const intervene = async (): Promise<void> => {
      const due = this.events.filter(({ turn }) => turn === passed)
      passed += 1
      for (const { event } of due) if (isPossible(model, event)) await applyUserEvent(model, fixture, event)
    }
    const failures = await fixture.simulation.run(works, choose, intervene)
    const unexpected = failures.filter(
      (failure) =>
        !(failure instanceof StripeCustomersError && failure.code === 'ERR_STRIPE_CUSTOMERS_DATABASE_UNAVAILABLE'),
    )
    deepEqual(unexpected, [])
    deepEqual(fixture.violations, [])
  }
  toString = (): string => {
    const jobs = this.jobs.map(({ kind, user, afterSeconds }) => {
      const name = kind === 'sweep' ? 'sweep' : `provision user ${user}`
      return afterSeconds === 0 ? name : `${name} after ${afterSeconds} s`
    })
    const events = this.events.map(({ event, turn }) => `user ${event.user}: ${event.kind} in turn ${turn}`)
    return `${[...jobs, ...events].join(' ∥ ')} [${this.choices.join()}]`
  }
}
