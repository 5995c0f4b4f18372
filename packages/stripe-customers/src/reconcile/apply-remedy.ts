import type { Difference } from './decide-profile.ts'
import type { Remedy } from './decide-remedy.ts'
import type { ReconcileDependencies } from './reconcile-dependencies.ts'
import type { FindingReport } from './reconcile.ts'

/** What became of a finding, and why it is left. */
export type Result = Pick<FindingReport, 'result' | 'why'>

const changed: Result = {
  result: 'left',
  why: 'it changed meanwhile, or a request is in progress; run this again',
}
const waiting: Result = {
  result: 'found',
  why: 'the rule, public.may_have_stripe_customer, does not allow a customer yet; it is asked again by itself',
}
/** The next sweep does it. */
const due: Result = { result: 'due' }

/** Fixes a finding, and returns what has come of it. */
export async function applyRemedy(
  { store, work, account }: ReconcileDependencies,
  { profileId, ...finding }: Difference,
  remedy: Exclude<Remedy, { action: 'leave' | 'none' }>,
): Promise<Result> {
  const stripeCustomer = 'stripeCustomer' in finding ? finding.stripeCustomer : ''
  switch (remedy.action) {
    case 'requeue':
      if (!(await work.requeue(profileId))) return changed
      return (await store.readProfile(profileId))?.state === 'waiting' ? waiting : due
    case 'link':
      return (await store.link(profileId, remedy.stripeCustomer, remedy.insteadOf)) ? { result: 'linked' } : changed
    case 'replace':
      return (await work.unlink(stripeCustomer)) === null ? changed : due
    case 'delete_orphan':
      return (await store.deleteOrphan(profileId, stripeCustomer)) ? due : changed
    case 'delete_duplicate': {
      const profile = await store.readProfile(profileId)
      // Only beside a linked customer: the engine never links another one to a profile that has its customer.
      const isSpare = profile !== null && profile.stripeCustomer !== null && profile.stripeCustomer !== stripeCustomer
      if (!isSpare || (await store.findLinked([stripeCustomer])).length > 0) return changed
      if ((await account.findUse(stripeCustomer)) !== null) return changed
      await account.delete(stripeCustomer)
      return { result: 'fixed' }
    }
  }
}
