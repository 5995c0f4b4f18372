import { pgbouncerIsMissing } from '@routekey/sandbox/pgbouncer'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FaultServer, readEndState, settle, signUps, startFaultServer } from '../faults/fault-fixture.ts'
import { faults } from '../faults/faults.ts'

const places = [
  { place: 'on Postgres', behindPooler: false },
  ...(pgbouncerIsMissing === null ? [{ place: 'behind PgBouncer', behindPooler: true }] : []),
]

it('is tested with a pooler and without', ({ skip }) => {
  skip(pgbouncerIsMissing !== null, pgbouncerIsMissing ?? '')
  expect(places).toHaveLength(2)
})

// Concurrent, because most of the time they wait. Each has a database of its own.
describe.concurrent.each(places)('the fault matrix $place', ({ behindPooler }) => {
  let server: FaultServer

  beforeAll(async () => {
    server = await startFaultServer({ behindPooler })
  })
  afterAll(async () => {
    await server.stop()
  })

  it.each(faults)(
    'creates one customer for each sign-up: $name',
    async ({ inject, customers = signUps, created = signUps }) => {
      const fixture = await server.createFixture()
      try {
        expect(new Set(await inject(fixture))).toEqual(new Set(fixture.profiles))
        await settle(fixture)
        expect(await readEndState(fixture)).toEqual({
          customers,
          created,
          linked: customers,
          duplicates: 0,
          stuck: 0,
        })
      } finally {
        await fixture.close()
      }
    },
  )
})
