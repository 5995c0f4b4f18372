import { claimWork, type ClaimDependencies } from './claim-work.ts'
import { performWork, toClaim, type LeasedWork, type WorkDependencies } from './perform-work.ts'

/** How a sweep is bounded. */
export interface SweepOptions {
  /** The most rows to work on. Default: no bound. */
  readonly limit?: number
  /** Ends the sweep early; what is under way is finished. */
  readonly signal?: AbortSignal
  /**
   * No row is begun after this time, in milliseconds. The last may take its lease, one request and one write longer.
   * Default: no bound, so that under a lasting rate limit, where rows become due again while others are worked on, the sweep
   * lasts as long as the limit.
   */
  readonly budgetMs?: number
}

/** What a sweep did. */
export interface SweepResult {
  /** Missing profiles and rows of work that were added, and e-mails of profiles that were corrected. */
  readonly repaired: number
  /** Rows worked on; one that became due again counts again. */
  readonly claimed: number
  readonly done: number
  readonly retrying: number
  readonly failed: number
  /** Rows whose result another worker records, or the next attempt. */
  readonly lost: number
  /** Why it ended: nothing was due, a bound was reached, or Stripe does not accept the secret key. */
  readonly stopped: 'idle' | 'limit' | 'budget' | 'signal' | 'unauthorized'
}

/** What sweeping needs. */
export type SweepDependencies = WorkDependencies &
  ClaimDependencies & {
    /** Rows worked on at once. */
    concurrency: number
  }

/** Rows are claimed for about this long ahead, so that their leases do not end while they wait for their turn. */
const claimAheadSeconds = 2
/** A longer pause, asked for by Stripe, is waited out before rows are claimed and not with them. */
const defaultPauseMs = 1000

/**
 * Does all that is due, `concurrency` rows at once. Memory is bounded by that, not by how much is due.
 *
 * @throws StripeCustomersError when the database does not answer a claim.
 */
export async function sweepProfiles(deps: SweepDependencies, options: SweepOptions = {}): Promise<SweepResult> {
  const { store, clock, concurrency } = deps
  const { pace } = deps.gateway
  const { limit = Number.POSITIVE_INFINITY, budgetMs = Number.POSITIVE_INFINITY, signal } = options
  const endMs = clock.nowMs() + budgetMs
  const counts = {
    repaired: await store.repairProfiles(),
    claimed: 0,
    done: 0,
    retrying: 0,
    failed: 0,
    lost: 0,
  }
  const queue: LeasedWork[] = []
  let unauthorized = false
  let idle = false
  let claiming: Promise<void> | null = null

  const findReasonToStop = (): SweepResult['stopped'] | null => {
    if (signal?.aborted === true) return 'signal'
    if (unauthorized) return 'unauthorized'
    if (clock.nowMs() >= endMs) return 'budget'
    if (counts.claimed >= limit) return 'limit'
    return idle ? 'idle' : null
  }

  const claimMore = async (): Promise<void> => {
    const pauseMs = pace.waitMs()
    if (pauseMs > defaultPauseMs) {
      await clock.sleep(Math.min(pauseMs, defaultPauseMs))
      return
    }
    const ahead = Math.ceil(pace.perSecond() * claimAheadSeconds)
    const claimed = await claimWork(deps, { batch: Math.min(ahead, concurrency, limit - counts.claimed) })
    counts.claimed += claimed.length
    idle = claimed.length === 0
    queue.push(...claimed)
  }

  const next = async (): Promise<LeasedWork | null> => {
    for (;;) {
      const leased = queue.shift()
      if (leased !== undefined) return leased
      if (findReasonToStop() !== null) return null
      claiming ??= claimMore().finally(() => {
        claiming = null
      })
      await claiming
    }
  }

  const perform = async (leased: LeasedWork): Promise<void> => {
    const reason = findReasonToStop()
    if (reason !== null && reason !== 'idle' && reason !== 'limit') {
      await store.retry(toClaim(leased), { delayMs: 0, error: null, counted: false, unsettled: false })
      counts.claimed -= 1
      return
    }
    const result = await performWork(deps, leased)
    switch (result.outcome) {
      case 'more':
        idle = false
        break
      case 'lease_lost':
        counts.lost += 1
        break
      case 'done':
      case 'failed':
        counts[result.outcome] += 1
        break
      case 'retrying':
        counts.retrying += 1
        if (result.delayMs <= 0) idle = false
        unauthorized ||= result.error?.code === 'stripe_unauthorized'
        break
    }
  }

  const work = async (): Promise<void> => {
    for (let leased = await next(); leased !== null; leased = await next()) await perform(leased)
  }
  const lanes = await Promise.allSettled(Array.from({ length: concurrency }, work))
  for (const lane of lanes) if (lane.status === 'rejected') throw lane.reason
  return { ...counts, stopped: findReasonToStop() ?? 'idle' }
}
