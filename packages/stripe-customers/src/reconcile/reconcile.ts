import { z } from 'zod'
import type { WorkStore } from '../store/work-store.ts'
import { createCustomerIndex, type CustomerIndex } from './customer-index.ts'
import {
  decideProfile,
  type Finding,
  type LinkedCustomer,
  type LiveCustomer,
  type ProfileRow,
} from './decide-profile.ts'
import { decideRemedy, type Remedy } from './decide-remedy.ts'
import type { ReconcileStore } from './reconcile-store.ts'
import type { StripeAccount } from './stripe-account.ts'

/** A finding and what became of it. `why`: the reason for which it was left. */
export type FindingReport = Finding & { result: 'found' | 'would_fix' | 'fixed' | 'left'; why?: string }

/** How far reconciling is. `total` is an estimate. */
export interface ReconcileProgress {
  readonly phase: 'customers' | 'profiles' | 'owners'
  readonly done: number
  readonly total: number
}

/** What reconciling found. */
export interface ReconcileSummary {
  customers: number
  profiles: number
  found: Record<Finding['kind'], number>
  /** Users and profiles without work, counted under `missing` too. */
  unrecorded: number
  /** Profiles whose e-mail is not that of their user, counted under `email_drift` too. */
  outdated: number
  fixed: number
  left: number
}

/** What reconciling needs. */
export interface ReconcileDependencies {
  readonly store: ReconcileStore
  readonly work: Pick<WorkStore, 'requeue' | 'unlink'>
  readonly account: StripeAccount
}

/** How to reconcile. */
export interface ReconcileOptions {
  /** 'report' changes nothing; 'plan' neither, but says what 'fix' would do. */
  readonly mode: 'report' | 'plan' | 'fix'
  readonly deleteDuplicates: boolean
  readonly signal?: AbortSignal
  readonly onFinding: (report: FindingReport) => void
  readonly onProgress: (progress: ReconcileProgress) => void
}

const profileBatch = 500
const ownerBatch = 200
const uuidSchema = z.guid()

/**
 * Compares all profiles with all customers of Stripe, and fixes what differs: what the engine can do is made due, for the
 * next sweep. Memory is bounded: customers go through an index on disk, profiles come in pages. What looks wrong is looked
 * at again on both sides before it is reported, because both change meanwhile.
 *
 * @throws StripeCustomersError when the database or Stripe does not answer. What was fixed by then stays fixed.
 */
export async function reconcile(deps: ReconcileDependencies, options: ReconcileOptions): Promise<ReconcileSummary> {
  const { store, account } = deps
  const { mode, onProgress, signal } = options
  const summary: ReconcileSummary = {
    customers: 0,
    profiles: 0,
    found: { missing: 0, deleted: 0, email_drift: 0, unmarked: 0, duplicate: 0, orphaned: 0 },
    unrecorded: 0,
    outdated: 0,
    fixed: 0,
    left: 0,
  }
  const counts = await store.count()
  summary.unrecorded = counts.unrecorded
  summary.found.missing = counts.unrecorded
  summary.outdated = counts.outdated
  summary.found.email_drift = counts.outdated
  const unwritten = counts.unrecorded + counts.outdated
  if (mode === 'fix' && unwritten > 0) {
    await store.repairAllProfiles()
    summary.fixed += unwritten
  }

  const report = async (finding: Finding): Promise<void> => {
    summary.found[finding.kind] += 1
    if (mode === 'report') return options.onFinding({ ...finding, result: 'found' })
    const remedy = decideRemedy(finding, options)
    if (mode === 'plan' && remedy.action !== 'leave') return options.onFinding({ ...finding, result: 'would_fix' })
    const why = remedy.action === 'leave' ? remedy.why : await applyRemedy(deps, finding, remedy)
    summary[why === null ? 'fixed' : 'left'] += 1
    options.onFinding({ ...finding, ...(why === null ? { result: 'fixed' } : { result: 'left', why }) })
  }

  const index = createCustomerIndex()
  try {
    for await (const page of account.pages()) {
      signal?.throwIfAborted()
      index.add(page)
      summary.customers += page.length
      onProgress({ phase: 'customers', done: summary.customers, total: counts.linked })
    }
    for await (const page of pagesOf((last: ProfileRow | null) =>
      store.listProfiles(last?.profileId ?? null, profileBatch),
    )) {
      for (const profile of page) {
        signal?.throwIfAborted()
        for (const finding of await findInProfile(deps, index, profile)) await report(finding)
      }
      summary.profiles += page.length
      onProgress({ phase: 'profiles', done: summary.profiles, total: counts.profiles })
    }
    let owned = 0
    for await (const page of pagesOf((last: LiveCustomer | null) => index.listMarked(last?.id ?? null, ownerBatch))) {
      signal?.throwIfAborted()
      for (const finding of await findOrphans(deps, page)) await report(finding)
      owned += page.length
      onProgress({ phase: 'owners', done: owned, total: summary.customers })
    }
  } finally {
    index.close()
  }
  return summary
}

async function* pagesOf<T>(read: (last: T | null) => T[] | Promise<T[]>): AsyncGenerator<T[]> {
  let last: T | null = null
  for (;;) {
    const page: T[] = await read(last)
    if (page.length === 0) return
    yield page
    last = page.at(-1) ?? null
  }
}

async function findInProfile(
  deps: ReconcileDependencies,
  index: CustomerIndex,
  listed: ProfileRow,
): Promise<Finding[]> {
  const { store, account } = deps
  const { profileId } = listed
  // The list leaves out what was deleted; whether that is why it is not there, Stripe is asked below.
  const indexed: LinkedCustomer =
    listed.stripeCustomer === null ? null : (index.find(listed.stripeCustomer) ?? 'deleted')
  const marked = index.ofProfile(profileId)
  if (decideProfile(listed, indexed, marked).length === 0) return []

  const own: LiveCustomer[] = []
  for (const { id } of marked) {
    const customer = await account.retrieve(id)
    if (typeof customer !== 'string' && customer.profileId === profileId) own.push(customer)
  }
  const subscribed = new Set<string>()
  if (own.length > 0) for (const { id } of own) if (await account.hasSubscription(id)) subscribed.add(id)
  // The profile last: were it first, a link made meanwhile would make its customer look like a second one.
  const profile = await store.readProfile(profileId)
  if (profile === null) return []
  const linked = profile.stripeCustomer === null ? null : await account.retrieve(profile.stripeCustomer)
  return decideProfile(profile, linked, own, subscribed)
}

async function findOrphans({ store, account }: ReconcileDependencies, page: LiveCustomer[]): Promise<Finding[]> {
  const ids = page.flatMap(({ profileId }) =>
    uuidSchema.safeParse(profileId).success && profileId !== null ? [profileId] : [],
  )
  const owners = new Map((await store.findOwners(ids)).map((owner) => [owner.profileId, owner]))
  const findings: Finding[] = []
  for (const { id, profileId } of page) {
    const owner = owners.get(profileId ?? '')
    if (profileId === null || owner?.exists === true || owner?.tombstone === 'pending') continue
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

/** Carries out a remedy. Returns null, or the reason why it could not. */
async function applyRemedy(
  { store, work, account }: ReconcileDependencies,
  { profileId, ...finding }: Finding,
  remedy: Exclude<Remedy, { action: 'leave' }>,
): Promise<string | null> {
  const changed = 'it has changed meanwhile, or a request is under way; run this again'
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
      // Only beside one that is linked: the engine never takes another for a profile that has its customer.
      const isSpare = profile !== null && profile.stripeCustomer !== null && profile.stripeCustomer !== stripeCustomer
      if (!isSpare || (await account.hasSubscription(stripeCustomer))) return changed
      await account.delete(stripeCustomer)
      return null
    }
  }
}
