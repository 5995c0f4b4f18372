import type { StripeCustomersOptions } from '../../src/index.ts'
import { createPostgresFunctions } from '../../src/store/postgres-functions.ts'
import { createReconcileStore } from '../../src/reconcile/reconcile-store.ts'
import { createStripe, startStripe } from '../test-stack.ts'
import type { FaultFixture } from './fault-fixture.ts'
import { profilesOf } from './profiles-of.ts'
import { fix } from './past.ts'

/**
 * The project gets the key of another account or mode, while the application runs. All its customers are in the one before.
 *
 * @param before the previous account
 * @param now the mode of the key now
 */
export async function changeAccount(
  fixture: FaultFixture,
  before: { account?: string },
  now: Pick<StripeCustomersOptions, 'livemode'>,
): Promise<Iterable<string>> {
  const { database, standIn, createEngine, profiles, events } = fixture
  const left = await startStripe(before)
  try {
    const earlier = createEngine({ stripe: createStripe(left), livemode: false })
    await earlier.sweep()
    const originals = left.state().customers.map(({ id }) => id)
    await database.query(`update auth.users set email = 'new-' || email`)

    const engine = createEngine({ livemode: false, ...now })
    const swept = await engine.sweep()
    await Promise.all(profiles.slice(0, 5).map((id) => engine.provision(id)))
    if (swept.stopped !== 'other_account' || standIn.state().counts.customers > 0)
      throw new Error('The engine worked with the key of another account.')

    const store = createReconcileStore(createPostgresFunctions(database))
    await store.beginAccount({ account: 'acct_StripeStandIn01', livemode: now.livemode ?? false })
    // An instance with the old key runs on, and each of its profiles is asked for.
    await Promise.all([fix(fixture, 'begun'), engine.sweep(), earlier.sweep(), earlier.provision(profiles[0] ?? '')])
    await engine.sweep()
    const stayed = left.state().customers.map(({ id }) => id)
    if (stayed.join() !== originals.join()) throw new Error('Something changed in the previous account.')
    return profilesOf(events, 'created')
  } finally {
    await left.stop()
  }
}
