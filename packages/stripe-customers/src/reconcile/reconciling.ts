import { applyRemedy, type Result } from './apply-remedy.ts'
import type { CustomerIndex } from './customer-index.ts'
import type { Difference, Finding } from './decide-profile.ts'
import { decideRemedy } from './decide-remedy.ts'
import type { ReconcileDependencies } from './reconcile-dependencies.ts'
import type { ReconcileOptions, ReconcileSummary } from './reconcile.ts'

/** What the phases share. */
export interface Reconciling extends ReconcileDependencies {
  readonly options: ReconcileOptions
  readonly index: CustomerIndex
  readonly summary: ReconcileSummary
}

/** Fixes the differences, as far as the mode allows, and reports them. */
export async function handleAll(reconciling: Reconciling, findings: readonly Difference[]): Promise<void> {
  for (const finding of findings) report(reconciling, finding, await handle(reconciling, finding))
}

/** Reports and counts a finding. */
export function report({ options, summary }: Reconciling, finding: Finding, result: Result): void {
  if (result.result !== 'found' && result.result !== 'would_fix') summary[result.result] += 1
  options.onFinding({ ...finding, ...result })
}

/** Fixes a difference if the mode allows it. */
async function handle(deps: Reconciling, finding: Difference): Promise<Result> {
  const { options } = deps
  const remedy = decideRemedy(finding, options)
  if (remedy.action === 'none') return { result: 'found', why: remedy.why }
  if (options.mode === 'report') return { result: 'found', ...(finding.kind === 'possible' ? whyOf(remedy) : {}) }
  if (remedy.action === 'leave') return { result: 'left', why: remedy.why }
  if (options.mode === 'plan') return { result: 'would_fix' }
  return applyRemedy(deps, finding, remedy)
}

function whyOf(remedy: ReturnType<typeof decideRemedy>): { why?: string } {
  return 'why' in remedy ? { why: remedy.why } : {}
}

/**
 * Reads page by page, until a page is empty.
 *
 * @yields the pages
 */
export async function* pagesOf<T>(read: (last: T | null) => T[] | Promise<T[]>): AsyncGenerator<T[]> {
  let last: T | null = null
  for (;;) {
    const page: T[] = await read(last)
    if (page.length === 0) return
    yield page
    last = page.at(-1) ?? null
  }
}
