import type { CustomerIndex } from './customer-index.ts'
import type { ProfileRow } from './decide-profile.ts'
import { findInProfile } from './find-differences.ts'
import { isElsewhere, movePage } from './move-page.ts'
import { handleAll, pagesOf, type Reconciling, report } from './reconciling.ts'

const profileBatch = 500

/** Compares all profiles with the customers of the index, page by page. Returns how many there are. */
export async function compareProfiles(reconciling: Reconciling, total: number): Promise<number> {
  const { store, options } = reconciling
  let done = 0
  for await (const page of pagesOf((last: ProfileRow | null) =>
    store.listProfiles(last?.profileId ?? null, profileBatch),
  )) {
    await comparePage(reconciling, await movePage(reconciling, page))
    done += page.length
    options.onProgress({ phase: 'profiles', done, total })
  }
  return done
}

async function comparePage(reconciling: Reconciling, page: readonly ProfileRow[]): Promise<void> {
  const { options, index, summary } = reconciling
  /** Without a customer, while one is there that may be theirs. */
  const undecided = new Set<string>()
  for (const profile of page) {
    options.signal?.throwIfAborted()
    if (isElsewhere(reconciling, profile)) {
      reportInterruptedMove(reconciling, profile)
      continue
    }
    const { profileId, stripeCustomer, state } = profile
    // Nothing to compare. The page is opened below, in one call.
    if (state === null && stripeCustomer === null && !hasCandidate(index, profile)) continue
    // Stripe's list leaves deleted customers out. Whether that is why this one is missing, Stripe is asked later.
    const indexed = stripeCustomer === null ? null : (index.find(stripeCustomer) ?? 'deleted')
    if (indexed !== null && indexed !== 'deleted' && indexed.profileId === null) summary.foreign -= 1
    const findings = await findInProfile(reconciling, index, profile, indexed)
    for (const finding of findings) {
      const isBesideLink = finding.kind === 'possible' && finding.linked !== null
      if (isBesideLink) summary.possible += 1
      // What has no work is counted already.
      else if (finding.kind !== 'missing' || state !== null) summary.found[finding.kind] += 1
      if (finding.kind === 'possible' && finding.linked === null) undecided.add(profileId)
    }
    await handleAll(
      reconciling,
      // Nor is another created for them before a person has decided.
      findings.filter(({ kind }) => kind !== 'missing' || !undecided.has(profileId)),
    )
  }
  await openWork(
    reconciling,
    page.filter((profile) => !undecided.has(profile.profileId) && !isElsewhere(reconciling, profile)),
  )
}

/** Returns whether Stripe has a customer that may be that of the profile, by its mark or its e-mail. */
function hasCandidate(index: CustomerIndex, { profileId, email }: ProfileRow): boolean {
  return index.ofProfile(profileId).length > 0 || (email !== null && index.ofEmail(email).length > 0)
}

/**
 * Adds the work of the profiles of a page that are without it, and reports those without a customer. Profiles that wait are asked
 * about again.
 */
async function openWork(reconciling: Reconciling, page: readonly ProfileRow[]): Promise<void> {
  const { store, options, index, summary } = reconciling
  const without = page.filter(({ state }) => state === null || state === 'waiting')
  if (without.length === 0) return
  const opened =
    options.mode === 'fix' ? new Set(await store.openWork(without.map(({ profileId }) => profileId))) : null
  for (const { profileId, stripeCustomer, state } of without) {
    if (state !== null) continue
    const isMissing = stripeCustomer === null && index.ofProfile(profileId).length === 0
    if (opened === null) {
      if (isMissing) reportMissing(reconciling, profileId, options.mode === 'plan' ? 'would_fix' : 'found')
    } else if (opened.has(profileId)) {
      if (isMissing) reportMissing(reconciling, profileId, 'due')
      else summary.due += 1
    }
  }
}

/** The profile is still in another account after a move that was begun. If it is only planned, it was reported. */
function reportInterruptedMove(reconciling: Reconciling, { profileId, stripeCustomer }: ProfileRow): void {
  const { options, summary } = reconciling
  if (options.newAccount !== 'no') return
  summary.found.moved += 1
  const why = 'its customer is in the previous account; run: stripe-customers reconcile --fix --new-account'
  const result = options.mode === 'report' ? 'found' : 'left'
  report(reconciling, { kind: 'moved', profileId, stripeCustomer, kept: false }, { result, why })
}

function reportMissing(reconciling: Reconciling, profileId: string, result: 'found' | 'would_fix' | 'due'): void {
  report(reconciling, { kind: 'missing', profileId, adopt: null }, { result })
}
