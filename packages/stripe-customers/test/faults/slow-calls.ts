import { type FaultFixture, longerThanLeaseSeconds, signUps } from './fault-fixture.ts'
import { profilesOf } from './profiles-of.ts'

/** Every lease expires while Stripe takes its time. A second instance claims the rows meanwhile. */
export async function outliveLease(fixture: FaultFixture): Promise<Iterable<string>> {
  const { swept } = await beginSlowSweep(fixture)
  await fixture.advance(longerThanLeaseSeconds)
  await fixture.createEngine().sweep({ limit: signUps })
  await fixture.delays.release()
  await swept
  return profilesOf(fixture.events, 'lease_lost')
}

/** The users are deleted while Stripe creates their customers. */
export async function deleteUsers(fixture: FaultFixture): Promise<Iterable<string>> {
  const { swept } = await beginSlowSweep(fixture)
  await fixture.database.query('delete from auth.users')
  await fixture.delays.release()
  await swept
  return profilesOf(fixture.events, 'created')
}

/** Begins a sweep, and returns while Stripe holds its requests for all sign-ups. */
async function beginSlowSweep({ standIn, createEngine, delays }: FaultFixture): Promise<{ swept: Promise<unknown> }> {
  standIn.addFaults({ kind: 'delay', delayMs: 1, method: 'POST', path: '/v1/customers', count: 'always' })
  const swept = createEngine({ requestTimeoutMs: 60_000 }).sweep()
  await Promise.race([delays.untilHeld(signUps), swept])
  return { swept }
}
