import { Pool } from 'pg'
import { type FaultFixture, leaseMs, longerThanLeaseSeconds, signUps } from './fault-fixture.ts'

/** The database is unreachable for the first attempts to write what Stripe responded. */
export async function loseDatabase(fixture: FaultFixture): Promise<Iterable<string>> {
  const { postgres, failures, end } = failWrites(fixture, 3)
  try {
    await fixture.createEngine({ postgres }).sweep()
  } finally {
    await end()
  }
  return [...failures.keys()].map(String)
}

/** The database is unreachable from the first write on, and comes back when every lease has expired. */
export async function loseDatabaseUntilLeaseExpires(fixture: FaultFixture): Promise<Iterable<string>> {
  const { postgres, failures, end } = failWrites(fixture, Number.POSITIVE_INFINITY, () => {
    if (failures.size === signUps) fixture.timing.advance(leaseMs)
  })
  try {
    const [sweep] = await Promise.allSettled([fixture.createEngine({ postgres }).sweep()])
    if (sweep.status === 'fulfilled') throw new Error('The sweep succeeded without a database.')
  } finally {
    await end()
  }
  await fixture.advance(longerThanLeaseSeconds)
  return [...failures.keys()].map(String)
}

/** Creates a client whose writes of each profile's outcome fail at first. */
function failWrites({ database }: FaultFixture, failuresEach: number, onFailure = (): void => {}) {
  // Nothing listens on this port.
  const unreachable = new Pool({ host: '127.0.0.1', port: 1 })
  const failures = new Map<unknown, number>()
  const postgres = {
    async query(text: string, values: unknown[]): Promise<{ rows: unknown[] }> {
      const isWrite = text.includes('complete_stripe_customer_work') || text.includes('retry_stripe_customer_work')
      const failed = failures.get(values[0]) ?? 0
      if (!isWrite || failed >= failuresEach) return database.query(text, values)
      failures.set(values[0], failed + 1)
      onFailure()
      return unreachable.query(text, values)
    },
  }
  return { postgres, failures, end: () => unreachable.end() }
}
