import { applyRemedy } from './apply-remedy.ts'
import { createCustomerIndex, type CustomerIndex } from './customer-index.ts'
import type { Finding, LiveCustomer, ProfileRow } from './decide-profile.ts'
import { decideRemedy } from './decide-remedy.ts'
import { findInProfile, findOrphans } from './find-differences.ts'
import type { ReconcileDependencies } from './reconcile-dependencies.ts'

/** A finding and its result. `why`: the reason why it was left. */
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
  /** Those of them that belong to no profile: no profile is linked to them, and they have no id of a profile. */
  foreign: number
  profiles: number
  found: Record<Finding['kind'], number>
  /** Users and profiles without work. Also counted as `missing`. */
  unrecorded: number
  /** Profiles whose e-mail is not that of their user. Also counted as `email_drift`. */
  outdated: number
  fixed: number
  left: number
}

/** How to reconcile. */
export interface ReconcileOptions {
  /** `report` and `plan` change nothing; `plan` also reports what `fix` would do. */
  readonly mode: 'report' | 'plan' | 'fix'
  readonly deleteDuplicates: boolean
  readonly signal?: AbortSignal
  readonly onFinding: (report: FindingReport) => void
  readonly onProgress: (progress: ReconcileProgress) => void
}

type ReportFindings = (findings: readonly Finding[]) => Promise<void>

const profileBatch = 500
const ownerBatch = 200

/**
 * Compares all profiles with all customers in Stripe, and fixes the differences: most of them by making work due for the next
 * sweep. Memory is bounded, because customers go through an index on disk and profiles come in pages.
 *
 * @throws `StripeCustomersError` if the database or Stripe fails; everything fixed until then stays fixed
 */
export async function reconcile(deps: ReconcileDependencies, options: ReconcileOptions): Promise<ReconcileSummary> {
  const { store } = deps
  const counts = await store.count()
  const summary: ReconcileSummary = {
    customers: 0,
    foreign: 0,
    profiles: 0,
    found: {
      missing: counts.unrecorded,
      deleted: 0,
      email_drift: counts.outdated,
      unmarked: 0,
      duplicate: 0,
      orphaned: 0,
    },
    unrecorded: counts.unrecorded,
    outdated: counts.outdated,
    fixed: 0,
    left: 0,
  }
  const unwritten = counts.unrecorded + counts.outdated
  if (options.mode === 'fix' && unwritten > 0) {
    await store.repairAllProfiles()
    summary.fixed += unwritten
  }

  const report: ReportFindings = async (findings) => {
    for (const finding of findings) {
      summary.found[finding.kind] += 1
      const result = await handleFinding(deps, options, finding)
      if (result.result === 'fixed' || result.result === 'left') summary[result.result] += 1
      options.onFinding({ ...finding, ...result })
    }
  }

  const index = createCustomerIndex()
  try {
    Object.assign(summary, await indexCustomers(deps, options, index, counts.linked))
    summary.profiles = await compareProfiles(deps, options, counts.profiles, async (profile) => {
      // Stripe's list leaves deleted customers out. Whether that is why this one is missing, Stripe is asked later.
      const indexed = profile.stripeCustomer === null ? null : (index.find(profile.stripeCustomer) ?? 'deleted')
      if (indexed !== null && indexed !== 'deleted' && indexed.profileId === null) summary.foreign -= 1
      await report(await findInProfile(deps, index, profile, indexed))
    })
    await compareOwners(deps, options, index, summary.customers, report)
  } finally {
    index.close()
  }
  return summary
}

/** Fixes a finding if the mode allows it. */
async function handleFinding(
  deps: ReconcileDependencies,
  options: ReconcileOptions,
  finding: Finding,
): Promise<Pick<FindingReport, 'result' | 'why'>> {
  if (options.mode === 'report') return { result: 'found' }
  const remedy = decideRemedy(finding, options)
  if (remedy.action === 'leave') return { result: 'left', why: remedy.why }
  if (options.mode === 'plan') return { result: 'would_fix' }
  const why = await applyRemedy(deps, finding, remedy)
  return why === null ? { result: 'fixed' } : { result: 'left', why }
}

async function indexCustomers(
  { account }: ReconcileDependencies,
  { signal, onProgress }: ReconcileOptions,
  index: CustomerIndex,
  total: number,
): Promise<Pick<ReconcileSummary, 'customers' | 'foreign'>> {
  let [done, unmarked] = [0, 0]
  for await (const { customers, others } of account.pages()) {
    signal?.throwIfAborted()
    index.add(customers)
    done += customers.length + others
    unmarked += others + customers.filter(({ profileId }) => profileId === null).length
    onProgress({ phase: 'customers', done, total })
  }
  return { customers: done, foreign: unmarked }
}

async function compareProfiles(
  deps: ReconcileDependencies,
  { signal, onProgress }: ReconcileOptions,
  total: number,
  compare: (profile: ProfileRow) => Promise<void>,
): Promise<number> {
  let done = 0
  for await (const page of pagesOf((last: ProfileRow | null) =>
    deps.store.listProfiles(last?.profileId ?? null, profileBatch),
  )) {
    for (const profile of page) {
      signal?.throwIfAborted()
      await compare(profile)
    }
    done += page.length
    onProgress({ phase: 'profiles', done, total })
  }
  return done
}

async function compareOwners(
  deps: ReconcileDependencies,
  { signal, onProgress }: ReconcileOptions,
  index: CustomerIndex,
  total: number,
  report: ReportFindings,
): Promise<void> {
  let done = 0
  for await (const page of pagesOf((last: LiveCustomer | null) => index.listMarked(last?.id ?? null, ownerBatch))) {
    signal?.throwIfAborted()
    await report(await findOrphans(deps, page))
    done += page.length
    onProgress({ phase: 'owners', done, total })
  }
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
