import type { ProfileRow } from './decide-profile.ts'
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
  const { store, options, index, summary } = reconciling
  if (options.newAccount === 'no') return page
  const elsewhere = page.filter((profile) => isElsewhere(reconciling, profile))
  if (elsewhere.length === 0) return page
  const isKept = ({ profileId, stripeCustomer }: ProfileRow): boolean => {
    const customer = stripeCustomer === null ? null : index.find(stripeCustomer)
    return customer !== null && (customer.profileId === null || customer.profileId === profileId)
  }
  const kept = new Set(elsewhere.filter(isKept).map(({ profileId }) => profileId))
  const cleared = elsewhere.map(({ profileId }) => profileId).filter((id) => !kept.has(id))
  if (options.mode === 'fix') await store.move([...kept], cleared)
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
    const moved = { ...profile, elsewhere: false }
    if (!kept.has(profile.profileId)) return { ...moved, stripeCustomer: null, state: 'pending' }
    // Without work, it gets some with the rest of the page.
    return profile.state === null ? moved : { ...moved, state: 'pending' }
  })
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
