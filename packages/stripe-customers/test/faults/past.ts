import { createPostgresFunctions } from '../../src/store/postgres-functions.ts'
import { createReconcileStore } from '../../src/reconcile/reconcile-store.ts'
import { reconcile, type ReconcileOptions } from '../../src/reconcile/reconcile.ts'
import { createStripeAccount } from '../../src/reconcile/stripe-account.ts'
import { createWorkStore } from '../../src/store/work-store.ts'
import { createStripe } from '../test-stack.ts'
import { type FaultFixture, longerThanLeaseSeconds, settle, signUps } from './fault-fixture.ts'
import { profilesOf } from './profiles-of.ts'

const backupAgeSeconds = 25 * 3600

/** Users from before the triggers have customers with their ids. They are adopted while the application runs. */
export async function adoptCustomers(fixture: FaultFixture): Promise<Iterable<string>> {
  const { database, standIn, createEngine, profiles } = fixture
  await database.query(`update auth.users set created_at = now() - interval '1 year'`)
  await database.query('delete from public.stripe_customer_work')
  const originals = await createCustomers(fixture, (id) => ({ metadata: { profile_id: id } }))
  for (const customer of originals.slice(0, signUps / 2)) standIn.addSubscription(customer)
  for (let time = 0; time < 2; time += 1) {
    await Promise.all([fix(fixture), createEngine().sweep(), ...profiles.map((id) => createEngine().provision(id))])
  }
  return findUnharmed(fixture, originals)
}

/** The same, in an account where others have customers with the same e-mails, ids of their own and marks that mean nothing here. */
export async function adoptBesideOthers(fixture: FaultFixture): Promise<Iterable<string>> {
  const { database, standIn } = fixture
  const stripe = createStripe(standIn)
  const { rows } = await database.query<{ id: string; email: string }>('select id, email from public.profile')
  await Promise.all(
    rows.flatMap(({ id, email }) => {
      const foreign = { id: `account_${id}`, email, metadata: { app: 'shop' } }
      return [stripe.customers.create(foreign), stripe.customers.create({ email })]
    }),
  )
  return adoptCustomers(fixture)
}

/** The application runs on when a backup from before the creation of all customers was restored. */
export async function restoreBackup(fixture: FaultFixture): Promise<Iterable<string>> {
  const { database, createEngine, advance } = fixture
  await database.query('create table public.backup as table public.stripe_customer_work')
  await createEngine().sweep()
  const originals = await readLinks(fixture)
  await advance(backupAgeSeconds)
  // As a restore writes: with triggers off, and with the instants of the backup.
  await withoutTriggers(
    fixture,
    `update public.profile set stripe_customer = null;
     update public.stripe_customer_work as work set
       kind = backup.kind, state = backup.state, stripe_customer = backup.stripe_customer, done_at = backup.done_at,
       key_number = backup.key_number, look_first = backup.look_first, next_attempt_at = backup.next_attempt_at,
       key_since = backup.key_since - make_interval(secs => ${backupAgeSeconds})
     from public.backup as backup where backup.profile_id = work.profile_id;`,
  )
  await Promise.all([createEngine().sweep(), createEngine().sweep(), fix(fixture)])
  return findUnharmed(fixture, originals)
}

/** Somebody clears all links. */
export async function clearLinks(fixture: FaultFixture): Promise<Iterable<string>> {
  const { database, createEngine } = fixture
  await createEngine().sweep()
  const originals = await readLinks(fixture)
  await database.query('update public.profile set stripe_customer = null')
  await createEngine().sweep()
  return findUnharmed(fixture, originals)
}

/** All links are lost while triggers are off, and somebody asks for each customer. */
export async function loseLinks(fixture: FaultFixture): Promise<Iterable<string>> {
  const { createEngine, profiles } = fixture
  await createEngine().sweep()
  const originals = await readLinks(fixture)
  await withoutTriggers(fixture, 'update public.profile set stripe_customer = null')
  await Promise.all(profiles.map((id) => createEngine().provision(id)))
  return findUnharmed(fixture, originals)
}

/** Somebody links all profiles to customers without a mark. */
export async function setLinks(fixture: FaultFixture): Promise<Iterable<string>> {
  const originals = await createCustomers(fixture, () => ({}))
  await linkAll(fixture, originals)
  await fixture.createEngine().sweep()
  return findUnharmed(fixture, originals)
}

/** The same, while Stripe creates the customers of the engine. */
export async function setLinksDuringCall(fixture: FaultFixture): Promise<Iterable<string>> {
  const { standIn, createEngine, delays, advance } = fixture
  const originals = await createCustomers(fixture, () => ({}))
  standIn.addFaults({ kind: 'delay', delayMs: 1, method: 'POST', path: '/v1/customers', count: 'always' })
  const swept = createEngine({ requestTimeoutMs: 60_000 }).sweep()
  await Promise.race([delays.untilHeld(signUps), swept])
  await linkAll(fixture, originals)
  await delays.release()
  await swept
  standIn.clearFaults()
  await advance(longerThanLeaseSeconds)
  await createEngine().sweep()
  return findUnharmed(fixture, originals)
}

/** The same, when Stripe has created the customers of the engine, and nobody works until it has forgotten the keys. */
export async function setLinksLongAfterCall(fixture: FaultFixture): Promise<Iterable<string>> {
  const { standIn, createEngine, advance } = fixture
  standIn.addFaults({ kind: 'cut', when: 'after_effect', method: 'POST', path: '/v1/customers', count: 'always' })
  await createEngine().sweep({ limit: signUps })
  standIn.clearFaults()
  const originals = await createCustomers(fixture, () => ({}))
  await linkAll(fixture, originals)
  await advance(25 * 3600)
  await createEngine().sweep()
  return findUnharmed(fixture, originals)
}

/** All users are truncated, which fires no row trigger. */
export async function truncateUsers(fixture: FaultFixture): Promise<Iterable<string>> {
  await fixture.createEngine().sweep()
  await fixture.database.query('truncate auth.users cascade')
  await fixture.createEngine().sweep()
  return profilesOf(fixture.events, 'deleted')
}

/** All users are deleted while triggers are off. */
export async function deleteUsersWithoutTriggers(fixture: FaultFixture): Promise<Iterable<string>> {
  await fixture.createEngine().sweep()
  await withoutTriggers(fixture, 'delete from public.profile; delete from auth.users')
  await fix(fixture)
  await fixture.createEngine().sweep()
  return profilesOf(fixture.events, 'deleted')
}

/** Does what `reconcile --fix --delete-duplicates` does before it sweeps. */
export async function fix(
  { database, standIn, timing }: FaultFixture,
  newAccount: ReconcileOptions['newAccount'] = 'no',
): Promise<void> {
  const functions = createPostgresFunctions(database)
  const account = createStripeAccount(createStripe(standIn), timing)
  await reconcile(
    { store: createReconcileStore(functions), work: createWorkStore(functions), account },
    { mode: 'fix', deleteDuplicates: true, newAccount, onFinding: () => {}, onProgress: () => {} },
  )
}

/** Creates a customer for each profile, as others than the engine do. Returns their ids in the order of the profiles. */
async function createCustomers(
  { standIn, profiles }: FaultFixture,
  parametersOf: (profileId: string) => { metadata?: Record<string, string> },
): Promise<string[]> {
  const stripe = createStripe(standIn)
  const created = await Promise.all(profiles.map((id) => stripe.customers.create(parametersOf(id))))
  return created.map(({ id }) => id)
}

async function linkAll({ database, profiles }: FaultFixture, customers: readonly string[]): Promise<void> {
  await database.query(
    `update public.profile set stripe_customer = linked.customer
     from unnest($1::uuid[], $2::text[]) as linked (id, customer) where profile.id = linked.id`,
    [profiles, customers],
  )
}

/** Reads the customers of all profiles, in the order of the profiles. */
async function readLinks({ database, profiles }: FaultFixture): Promise<(string | null)[]> {
  const { rows } = await database.query<{ id: string; stripe_customer: string | null }>(
    'select id, stripe_customer from public.profile',
  )
  const links = new Map(rows.map((row) => [row.id, row.stripe_customer]))
  return profiles.map((id) => links.get(id) ?? null)
}

/** Returns the profiles that have their original customer in the end, which was neither deleted nor abandoned. */
async function findUnharmed(fixture: FaultFixture, originals: readonly (string | null)[]): Promise<string[]> {
  await settle(fixture)
  const links = await readLinks(fixture)
  const live = new Set(fixture.standIn.state().customers.map(({ id }) => id))
  return fixture.profiles.filter((_id, index) => {
    const original = originals[index]
    return original !== null && original !== undefined && links[index] === original && live.has(original)
  })
}

async function withoutTriggers({ database }: FaultFixture, statements: string): Promise<void> {
  const client = await database.connect()
  try {
    await client.query(`begin; set local session_replication_role = replica; ${statements}; commit`)
  } finally {
    client.release()
  }
}
