import { applyRemedy } from './apply-remedy.ts'
import { createCustomerIndex, type CustomerIndex } from './customer-index.ts'
import type { Finding, LiveCustomer, ProfileRow } from './decide-profile.ts'
import { decideRemedy } from './decide-remedy.ts'
import { findInProfile, findOrphans } from './find-differences.ts'
import type { ReconcileDependencies } from './reconcile-dependencies.ts'
import { repairPages } from './repair-pages.ts'

/** A finding and its result. `why`: the reason why it was left. */
export type FindingReport = Finding & { result: 'found' | 'would_fix' | 'fixed' | 'left'; why?: string }

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
  profiles: number
  /** `vanished`: rows of work whose profile is gone without a trace. */
  found: Record<Finding['kind'] | 'vanished', number>
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

type Result = Pick<FindingReport, 'result' | 'why'>

/** What the phases share. */
interface Reconciling extends ReconcileDependencies {
  readonly options: ReconcileOptions
  readonly index: CustomerIndex
  readonly summary: ReconcileSummary
}

const profileBatch = 500
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
    profiles: 0,
    found: { missing: unrecorded, deleted: 0, email_drift: outdated, unmarked: 0, duplicate: 0, orphaned: 0, vanished },
    unrecorded,
    outdated,
    fixed: 0,
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
  } finally {
    index.close()
  }
  return summary
}

/** Fixes the findings, as far as the mode allows, and reports them. */
async function reportAll(reconciling: Reconciling, findings: readonly Finding[]): Promise<void> {
  for (const finding of findings) report(reconciling, finding, await handleFinding(reconciling, finding))
}

function report({ options, summary }: Reconciling, finding: Finding, result: Result): void {
  if (result.result === 'fixed' || result.result === 'left') summary[result.result] += 1
  options.onFinding({ ...finding, ...result })
}

/** Fixes a finding if the mode allows it. */
async function handleFinding(deps: Reconciling, finding: Finding): Promise<Result> {
  const { options } = deps
  if (options.mode === 'report') return { result: 'found' }
  const remedy = decideRemedy(finding, options)
  if (remedy.action === 'leave') return { result: 'left', why: remedy.why }
  if (options.mode === 'plan') return { result: 'would_fix' }
  const why = await applyRemedy(deps, finding, remedy)
  return why === null ? { result: 'fixed' } : { result: 'left', why }
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

async function compareProfiles(reconciling: Reconciling, total: number): Promise<number> {
  const { store, options, index, summary } = reconciling
  let done = 0
  for await (const page of pagesOf((last: ProfileRow | null) =>
    store.listProfiles(last?.profileId ?? null, profileBatch),
  )) {
    for (const profile of page) {
      options.signal?.throwIfAborted()
      const { profileId, stripeCustomer, state } = profile
      // Nothing to compare. The page is opened below, in one call.
      if (state === null && stripeCustomer === null && index.ofProfile(profileId).length === 0) continue
      // Stripe's list leaves deleted customers out. Whether that is why this one is missing, Stripe is asked later.
      const indexed = stripeCustomer === null ? null : (index.find(stripeCustomer) ?? 'deleted')
      if (indexed !== null && indexed !== 'deleted' && indexed.profileId === null) summary.foreign -= 1
      const findings = await findInProfile(reconciling, index, profile, indexed)
      // What has no work is counted already.
      for (const { kind } of findings) if (kind !== 'missing' || state !== null) summary.found[kind] += 1
      await reportAll(reconciling, findings)
    }
    await openWork(reconciling, page)
    done += page.length
    options.onProgress({ phase: 'profiles', done, total })
  }
  return done
}

/** Adds the work of the profiles of a page that are without it, and reports those without a customer. */
async function openWork(reconciling: Reconciling, page: readonly ProfileRow[]): Promise<void> {
  const { store, options, index, summary } = reconciling
  const without = page.filter(({ state }) => state === null)
  if (without.length === 0) return
  const opened =
    options.mode === 'fix' ? new Set(await store.openWork(without.map(({ profileId }) => profileId))) : null
  for (const { profileId, stripeCustomer } of without) {
    const isMissing = stripeCustomer === null && index.ofProfile(profileId).length === 0
    const finding: Finding = { kind: 'missing', profileId, adopt: null }
    if (opened === null) {
      if (isMissing) report(reconciling, finding, { result: options.mode === 'plan' ? 'would_fix' : 'found' })
    } else if (opened.has(profileId)) {
      if (isMissing) report(reconciling, finding, { result: 'fixed' })
      else summary.fixed += 1
    }
  }
}

async function compareOwners(reconciling: Reconciling): Promise<void> {
  const { options, index, summary } = reconciling
  let done = 0
  for await (const page of pagesOf((last: LiveCustomer | null) => index.listMarked(last?.id ?? null, ownerBatch))) {
    options.signal?.throwIfAborted()
    const findings = await findOrphans(reconciling, page)
    summary.found.orphaned += findings.length
    await reportAll(reconciling, findings)
    done += page.length
    options.onProgress({ phase: 'owners', done, total: summary.customers })
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
