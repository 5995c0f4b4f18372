import { randomInt } from 'node:crypto'
import type { PGlite } from '@electric-sql/pglite'
import { createTestDatabase } from '@routekey/sandbox/test-database'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { arbitraryCommands } from '../model/commands.ts'
import { createModelFixture, type ModelFixture } from '../model/model-fixture.ts'
import { type Model, signUp } from '../model/model.ts'
import { createRareHistories } from '../model/rare-histories.ts'

const runCount = process.env['CI'] === undefined ? 200 : 1000
/** A failure prints its seed. Set MODEL_SEED to it to repeat the histories. */
const seed = Number(process.env['MODEL_SEED'] ?? randomInt(2 ** 31))

describe('random histories of users, network, machines and time', () => {
  let database: PGlite

  beforeAll(async () => {
    database = await createTestDatabase()
  })
  afterAll(async () => {
    await database.close()
  })

  it(
    'never gives a profile two customers, and gives each exactly one with its e-mail once the faults stop',
    { timeout: 1_800_000 },
    async () => {
      let runs = 0
      const property = fc.asyncProperty(arbitraryCommands(), async (commands) => {
        runs += 1
        const fixture = await createModelFixture(database)
        const model: Model = { users: [], emails: 0, backup: null, fuse: null }
        try {
          await signUp(model, fixture)
          await fc.asyncModelRun(() => ({ model, real: fixture }), commands)
          await settle(fixture)
          await compare(model, fixture)
        } finally {
          await fixture.close()
        }
      })
      const examples = createRareHistories().map((history): [typeof history] => [history])
      await fc.assert(property, { numRuns: runCount, examples, seed })
      expect(runs).toBeGreaterThanOrEqual(runCount)
    },
  )
})

/** Stops the faults, advances time and sweeps from time to time until no work is pending. */
async function settle(fixture: ModelFixture): Promise<void> {
  fixture.stripeFaults.length = 0
  fixture.databaseFaults.length = 0
  for (let round = 0; round < 8; round += 1) {
    await fixture.advance(601)
    const { process, customers } = fixture.startProcess(null)
    const failures = await fixture.simulation.run([{ process, work: customers.sweep() }], () => 0)
    expect(failures).toEqual([])
    const { rows } = await fixture.query(`select from public.stripe_customer_work where state = 'pending'`)
    if (rows.length === 0) return
  }
}

async function compare(model: Model, { standIn, query, violations, firstCustomers }: ModelFixture): Promise<void> {
  expect(violations).toEqual([])
  const open = await query(
    `select profile_id, state, last_error from public.stripe_customer_work where state <> 'done'`,
  )
  expect(open.rows).toEqual([])
  const profiles = await query('select id, email, stripe_customer from public.profile order by id')
  const customers = standIn.state().customers.filter(({ metadata }) => metadata['profile_id'] !== undefined)
  const expected = model.users
    .filter(({ deleted }) => !deleted)
    .map(({ id, email }) => ({
      id,
      email,
      stripe_customer: firstCustomers.get(id) ?? customers.find(({ metadata }) => metadata['profile_id'] === id)?.id,
    }))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
  expect(profiles.rows).toEqual(expected)
  expect(customers.map(({ email }) => email ?? '').toSorted()).toEqual(
    expected.map(({ email }) => email ?? '').toSorted(),
  )
}
