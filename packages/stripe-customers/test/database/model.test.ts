import type { PGlite } from '@electric-sql/pglite'
import { createTestDatabase } from '@routekey/sandbox/test-database'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { arbitraryCommands, createRareHistories, type Model, signUp } from '../model/commands.ts'
import { createWorld, type World } from '../model/model-fixture.ts'

const runCount = 1000

describe('whatever users, the network, the machines and time do', () => {
  let database: PGlite

  beforeAll(async () => {
    database = await createTestDatabase()
  })
  afterAll(async () => {
    await database.close()
  })

  it(
    'no profile ever has two customers, and once the faults stop each has exactly one with its e-mail',
    { timeout: 600_000 },
    async () => {
      let runs = 0
      const property = fc.asyncProperty(arbitraryCommands(), async (commands) => {
        runs += 1
        const world = await createWorld(database)
        const model: Model = { users: [], emails: 0, fuse: null }
        try {
          await signUp(model, world)
          await fc.asyncModelRun(() => ({ model, real: world }), commands)
          await settle(world)
          await compare(model, world)
        } finally {
          await world.end()
        }
      })
      await fc.assert(property, { numRuns: runCount, examples: createRareHistories().map((history) => [history]) })
      expect(runs).toBeGreaterThanOrEqual(runCount)
    },
  )
})

/** The faults stop; time passes, and a process sweeps from time to time, until nothing is left to be done. */
async function settle(world: World): Promise<void> {
  world.stripeFaults.length = 0
  world.databaseFaults.length = 0
  for (let round = 0; round < 8; round += 1) {
    await world.pass(601)
    const { process, customers } = world.startProcess(null)
    const failures = await world.simulation.run([{ process, work: customers.sweep() }], () => 0)
    expect(failures).toEqual([])
    const { rows } = await world.query(`select from public.stripe_customer_work where state = 'pending'`)
    if (rows.length === 0) return
  }
}

async function compare(model: Model, { standIn, query, violations }: World): Promise<void> {
  expect(violations).toEqual([])
  const open = await query(
    `select profile_id, state, last_error from public.stripe_customer_work where state <> 'done'`,
  )
  expect(open.rows).toEqual([])
  const profiles = await query('select id, email, stripe_customer from public.profile order by id')
  const customers = standIn.state().customers
  const expected = model.users
    .filter(({ deleted }) => !deleted)
    .map(({ id, email }) => ({
      id,
      email,
      stripe_customer: customers.find(({ metadata }) => metadata['profile_id'] === id)?.id,
    }))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
  expect(profiles.rows).toEqual(expected)
  expect(customers.map(({ email }) => email ?? '').toSorted()).toEqual(
    expected.map(({ email }) => email ?? '').toSorted(),
  )
}
