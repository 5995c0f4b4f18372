import type { LinkedCustomer, ProfileRow } from './decide-profile.ts'
import { type Reconciling, report } from './reconciling.ts'

/** Returns whether a profile is still to be moved to the account in use. */
export function isElsewhere({ options }: Pick<Reconciling, 'options'>, profile: ProfileRow): boolean {
  const { elsewhere, stripeCustomer, state } = profile
  switch (options.newAccount) {
    case 'no':
      return elsewhere
    // A link without work may be of any age.
    case 'begun':
      return elsewhere || (state === null && stripeCustomer !== null)
    case 'planned':
      return stripeCustomer !== null
  }
}

/**
 * Moves the profiles of a page whose customers are in another account. A link stays if the account in use has a customer with the same
 * id, as after Stripe has copied them. Returns the page as it is then.
 */
export async function movePage(reconciling: Reconciling, page: readonly ProfileRow[]): Promise<readonly ProfileRow[]> {
  const { store, options, summary } = reconciling
  if (options.newAccount === 'no') return page
  const elsewhere = page.filter((profile) => isElsewhere(reconciling, profile))
  if (elsewhere.length === 0) return page
  const kept = await findKept(reconciling, elsewhere)
  const cleared = elsewhere.map(({ profileId }) => profileId).filter((id) => !kept.has(id))
  if (options.mode === 'fix') {
    await store.move([...kept], cleared)
    const unrecorded = elsewhere.filter(({ profileId, state }) => state === null && kept.has(profileId))
    if (unrecorded.length > 0) await store.openWork(unrecorded.map(({ profileId }) => profileId))
  }
  for (const { profileId, stripeCustomer } of elsewhere) {
    summary.found.moved += 1
    report(
      reconciling,
      { kind: 'moved', profileId, stripeCustomer, kept: kept.has(profileId) },
      { result: options.mode === 'fix' ? 'due' : 'would_fix' },
    )
  }
  if (options.mode !== 'fix') return page
  // The rows as the move has left them.
  return page.map((profile) => {
    if (!isElsewhere(reconciling, profile)) return profile
    const stripeCustomer = kept.has(profile.profileId) ? profile.stripeCustomer : null
    return { ...profile, elsewhere: false, stripeCustomer, state: 'pending' }
  })
}

/** As many requests at a time as a sweep makes. Links that Stripe does not list are retrieved one by one. */
const retrieveBatch = 10

/** Returns the ids of the profiles whose link leads to a customer of the account in use that is not marked for another profile. */
async function findKept(
  { account, index, options }: Reconciling,
  elsewhere: readonly ProfileRow[],
): Promise<Set<string>> {
  const kept = new Set<string>()
  const check = ({ profileId }: ProfileRow, customer: LinkedCustomer): void => {
    if (customer === null || typeof customer === 'string') return
    if (customer.profileId === null || customer.profileId === profileId) kept.add(profileId)
  }
  /** Their customers do not exist, or Stripe does not list them: those of test clocks, and those that are not indexed as ours. */
  const unlisted: (ProfileRow & { stripeCustomer: string })[] = []
  for (const profile of elsewhere) {
    const { stripeCustomer } = profile
    if (stripeCustomer === null) continue
    const indexed = index.find(stripeCustomer)
    if (indexed === null) unlisted.push({ ...profile, stripeCustomer })
    else check(profile, indexed)
  }
  while (unlisted.length > 0) {
    options.signal?.throwIfAborted()
    const batch = unlisted.splice(0, retrieveBatch)
    await Promise.all(batch.map(async (profile) => check(profile, await account.retrieve(profile.stripeCustomer))))
  }
  return kept
}

/** Dismisses the deletions of customers that are in another account, where the key cannot delete them, and reports them. */
export async function dismissLeftBehind(reconciling: Reconciling): Promise<void> {
  const { store, options, summary } = reconciling
  if (options.newAccount !== 'begun' || options.mode !== 'fix') return
  for (;;) {
    const dismissed = await store.dismissElsewhere()
    if (dismissed.length === 0) return
    for (const { profileId, stripeCustomer } of dismissed) {
      summary.found.left_behind += 1
      report(reconciling, { kind: 'left_behind', profileId, stripeCustomer }, { result: 'dismissed' })
    }
  }
}
