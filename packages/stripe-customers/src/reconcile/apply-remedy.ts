import type { Difference } from './decide-profile.ts'
import type { Remedy } from './decide-remedy.ts'
import type { ReconcileDependencies } from './reconcile-dependencies.ts'

const changed = 'it changed meanwhile, or a request is in progress; run this again'

/** Fixes a finding. Returns the reason if it could not, or null. */
export async function applyRemedy(
  { store, work, account }: ReconcileDependencies,
  { profileId, ...finding }: Difference,
  remedy: Exclude<Remedy, { action: 'leave' | 'none' }>,
): Promise<string | null> {
  const stripeCustomer = 'stripeCustomer' in finding ? finding.stripeCustomer : ''
  switch (remedy.action) {
    case 'requeue':
      return (await work.requeue(profileId)) ? null : changed
    case 'link':
      return (await store.link(profileId, remedy.stripeCustomer, remedy.insteadOf)) ? null : changed
    case 'replace':
      return (await work.unlink(stripeCustomer)) === null ? changed : null
    case 'delete_orphan':
      return (await store.deleteOrphan(profileId, stripeCustomer)) ? null : changed
    case 'delete_duplicate': {
      const profile = await store.readProfile(profileId)
      // Only beside a linked customer: the engine never links another one to a profile that has its customer.
      const isSpare = profile !== null && profile.stripeCustomer !== null && profile.stripeCustomer !== stripeCustomer
      if (!isSpare || (await account.findUse(stripeCustomer)) !== null) return changed
      await account.delete(stripeCustomer)
      return null
    }
  }
}
