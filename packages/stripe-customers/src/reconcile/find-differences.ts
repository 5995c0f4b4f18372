import { z } from 'zod'
import type { CustomerUse } from '../stripe/customer-use.ts'
import type { CustomerIndex } from './customer-index.ts'
import {
  decideProfile,
  type Difference,
  type LinkedCustomer,
  type LiveCustomer,
  type ProfileRow,
} from './decide-profile.ts'
import type { ReconcileDependencies } from './reconcile-dependencies.ts'

const uuidSchema = z.guid()

/**
 * Finds how a profile and its customers differ. If the index shows a difference, both sides are read again, because both
 * change while the index is built.
 *
 * @param indexed the profile's customer as the index has it
 */
export async function findInProfile(
  { store, account }: ReconcileDependencies,
  index: CustomerIndex,
  listed: ProfileRow,
  indexed: LinkedCustomer,
): Promise<Difference[]> {
  const { profileId } = listed
  const marked = index.ofProfile(profileId)
  const alike = listed.email === null ? [] : index.ofEmail(listed.email)
  if (decideProfile(listed, indexed, marked, new Map(), alike).length === 0) return []

  const own: LiveCustomer[] = []
  // What another profile has is not this one's, also if its mark says so.
  const linkedIds = marked.length === 0 ? [] : await store.findLinked(marked.map(({ id }) => id))
  const taken = new Set(linkedIds.filter((id) => id !== listed.stripeCustomer))
  for (const { id } of marked) {
    if (taken.has(id)) continue
    const customer = await account.retrieve(id)
    if (typeof customer !== 'string' && customer.profileId === profileId) own.push(customer)
  }
  const uses = new Map<string, CustomerUse>()
  // Next to a link, even a single one may be a duplicate.
  if (own.length > 1 || listed.stripeCustomer !== null) {
    for (const { id } of own) {
      const use = await account.findUse(id)
      if (use !== null) uses.set(id, use)
    }
  }
  const possible = await findPossible({ store, account }, alike)
  // The profile is read last. Read first, a link made meanwhile would make its customer look like a duplicate.
  const profile = await store.readProfile(profileId)
  if (profile === null) return []
  const linked = profile.stripeCustomer === null ? null : await account.retrieve(profile.stripeCustomer)
  return decideProfile(profile, linked, own, uses, possible)
}

/** Finds those of some customers with the e-mail of a profile that still have no mark, and to which no profile is linked. */
async function findPossible(
  { store, account }: Pick<ReconcileDependencies, 'store' | 'account'>,
  alike: readonly LiveCustomer[],
): Promise<LiveCustomer[]> {
  if (alike.length === 0) return []
  const linked = new Set(await store.findLinked(alike.map(({ id }) => id)))
  const possible: LiveCustomer[] = []
  for (const { id, email } of alike.filter((customer) => !linked.has(customer.id))) {
    const customer = await account.retrieve(id)
    if (typeof customer !== 'string' && customer.profileId === null && customer.email === email) possible.push(customer)
  }
  return possible
}

/** Finds the customers of a page whose profile does not exist, and that no other profile has. */
export async function findOrphans(
  { store, account }: ReconcileDependencies,
  page: readonly LiveCustomer[],
): Promise<Difference[]> {
  const ids = page.flatMap(({ profileId }) =>
    uuidSchema.safeParse(profileId).success && profileId !== null ? [profileId] : [],
  )
  const owners = new Map((await store.findOwners(ids)).map((owner) => [owner.profileId, owner]))
  const suspects = page.filter(({ profileId }) => {
    const owner = owners.get(profileId ?? '')
    return profileId !== null && owner?.exists !== true && owner?.tombstone !== 'pending'
  })
  const linked = new Set(suspects.length === 0 ? [] : await store.findLinked(suspects.map(({ id }) => id)))
  const findings: Difference[] = []
  for (const { id, profileId } of suspects) {
    if (profileId === null || linked.has(id)) continue
    const owner = owners.get(profileId)
    const customer = await account.retrieve(id)
    if (typeof customer === 'string' || customer.profileId !== profileId) continue
    findings.push({
      kind: 'orphaned',
      profileId,
      stripeCustomer: id,
      deletable: owner !== undefined && owner.tombstone !== null,
    })
  }
  return findings
}
