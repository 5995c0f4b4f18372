import { compareProfiles } from './compare-profiles.ts'
import { createCustomerIndex } from './customer-index.ts'
import type { Finding, LiveCustomer } from './decide-profile.ts'
import { findOrphans } from './find-differences.ts'
import { dismissLeftBehind } from './move-page.ts'
import type { ReconcileDependencies } from './reconcile-dependencies.ts'
import { handleAll, pagesOf, type Reconciling } from './reconciling.ts'
import { repairPages } from './repair-pages.ts'

/**
 * The result of a finding. `fixed`: nothing is left to be done. `linked`: the profile is linked, and a sweep marks the customer. `due`:
 * the next sweep does it.
 */
export type FindingResult = 'found' | 'would_fix' | 'fixed' | 'linked' | 'due' | 'left' | 'dismissed'

/** A finding and its result. `why`: the reason why it was left. */
export type FindingReport = Finding & { result: FindingResult; why?: string }

/** How far reconciling is. `total` is an estimate. */
export interface ReconcileProgress {
  readonly phase: 'repairs' | 'customers' | 'profiles' | 'owners'
  readonly done: number
  readonly total: number
}

/** What reconciling found. */
export interface ReconcileSummary {
  customers: number
  /** Those of them that belong to no profile: no profile is linked to them, and they have no id of a profile. */
  foreign: number
  /** Those without a mark that have the e-mail of a profile which has another customer. */
  possible: number
  profiles: number
  /** `vanished`: rows of work whose profile is gone without a trace. */
  found: Record<Finding['kind'] | 'vanished', number>
  /** Users and profiles without work. Also counted as `missing`. */
  unrecorded: number
  /** Profiles whose e-mail is not that of their user. Also counted as `email_drift`. */
  outdated: number
  fixed: number
  linked: number
  due: number
  dismissed: number
  left: number
}

/** How to reconcile. */
export interface ReconcileOptions {
  /** `report` and `plan` change nothing; `plan` also reports what `fix` would do. */
  readonly mode: 'report' | 'plan' | 'fix'
  readonly deleteDuplicates: boolean
  /**
   * Whether the project moves to the account of the key: `begun`, with that account in use, or `planned`, which changes nothing.
   */
  readonly newAccount: 'no' | 'planned' | 'begun'
  readonly signal?: AbortSignal
  readonly onFinding: (report: FindingReport) => void
  readonly onProgress: (progress: ReconcileProgress) => void
}

const ownerBatch = 200

/**
 * Compares all profiles with all customers in Stripe, and fixes the differences: most of them by making work due for the next
 * sweep. It links the customers that exist before it adds work that might create others. Memory is bounded, because customers go
 * through an index on disk and profiles come in pages; each page of changes commits.
 *
 * @throws `StripeCustomersError` if the database or Stripe fails; everything fixed until then stays fixed
 */
export async function reconcile(deps: ReconcileDependencies, options: ReconcileOptions): Promise<ReconcileSummary> {
  const counts = await deps.store.count()
  const { unrecorded, outdated, vanished } = counts
  const summary: ReconcileSummary = {
    customers: 0,
    foreign: 0,
    possible: 0,
    profiles: 0,
    found: {
      missing: unrecorded,
      deleted: 0,
      email_drift: outdated,
      unmarked: 0,
      duplicate: 0,
      possible: 0,
      orphaned: 0,
      moved: 0,
      left_behind: 0,
      vanished,
    },
    unrecorded,
    outdated,
    fixed: 0,
    linked: 0,
    due: 0,
    dismissed: 0,
    left: 0,
  }
  if (options.mode === 'fix') {
    const total = counts.profiles + unrecorded
    summary.fixed += await repairPages(deps.store.repairProfilePage, options, total)
    if (vanished > 0) summary.fixed += await repairPages(deps.store.tombstoneVanishedPage, options, total)
  }

  const index = createCustomerIndex()
  try {
    const reconciling = { ...deps, options, index, summary }
    Object.assign(summary, await indexCustomers(reconciling, counts.linked))
    summary.profiles = await compareProfiles(reconciling, counts.profiles)
    await compareOwners(reconciling)
    await dismissLeftBehind(reconciling)
  } finally {
    index.close()
  }
  return summary
}

async function indexCustomers(
  { account, options, index }: Reconciling,
  total: number,
): Promise<Pick<ReconcileSummary, 'customers' | 'foreign'>> {
  let [done, unmarked] = [0, 0]
  for await (const { customers, others } of account.pages()) {
    options.signal?.throwIfAborted()
    index.add(customers)
    done += customers.length + others
    unmarked += others + customers.filter(({ profileId }) => profileId === null).length
    options.onProgress({ phase: 'customers', done, total })
  }
  return { customers: done, foreign: unmarked }
}

async function compareOwners(reconciling: Reconciling): Promise<void> {
  const { options, index, summary } = reconciling
  let done = 0
  for await (const page of pagesOf((last: LiveCustomer | null) => index.listMarked(last?.id ?? null, ownerBatch))) {
    options.signal?.throwIfAborted()
    const findings = await findOrphans(reconciling, page)
    summary.found.orphaned += findings.length
    await handleAll(reconciling, findings)
    done += page.length
    options.onProgress({ phase: 'owners', done, total: summary.customers })
  }
}
