import { claimWork, type LeasedWork, toClaim } from './claim-work.ts'
import type { EngineDependencies } from './engine-dependencies.ts'
import { performWork } from './perform-work.ts'

/** When a sweep ends. */
export interface SweepOptions {
  /** The maximum of rows. Default: none. */
  readonly limit?: number
  /** Ends the sweep early. Rows in progress are finished. */
  readonly signal?: AbortSignal
  /**
   * No row begins after this time, in milliseconds. The last row may take its lease, one request and one write longer.
   * Default: none, so under a lasting rate limit, where rows become due again while others are worked on, the sweep lasts as
   * long as the limit.
   */
  readonly budgetMs?: number
}

/** What a sweep did. */
export interface SweepResult {
  /** Profiles and rows of work that were added, and e-mails of profiles that were corrected. */
  readonly repaired: number
  /** Rows worked on. A row that became due again counts again. */
  readonly claimed: number
  readonly done: number
  readonly retrying: number
  readonly failed: number
  /** Rows whose outcome another worker or the next attempt records. */
  readonly lost: number
  /**
   * Why the sweep ended: nothing was due, a limit was reached, Stripe does not accept the secret key, or the key belongs to another
   * account than the customers.
   */
  readonly stopped: 'idle' | 'limit' | 'budget' | 'signal' | 'unauthorized' | 'other_account'
}

/** Rows are claimed for about this long ahead, so that their leases do not expire while they wait for their turn. */
const claimAheadSeconds = 2
/** If Stripe asks for a longer pause than this, the sweep waits before it claims rows, not while it holds their leases. */
const defaultPauseMs = 1000

/**
 * Does all work that is due, `concurrency` rows at a time. Memory depends on that, not on how much is due.
 *
 * @throws `StripeCustomersError` if the database fails
 */
export async function sweepProfiles(deps: EngineDependencies, options: SweepOptions = {}): Promise<SweepResult> {
  const { store, clock, sleep, concurrency } = deps
  const { pace } = deps.gateway
  const { limit = Number.POSITIVE_INFINITY, budgetMs = Number.POSITIVE_INFINITY, signal } = options
  const endMs = clock().getTime() + budgetMs
  const counts = {
    repaired: await store.repairProfiles(),
    claimed: 0,
    done: 0,
    retrying: 0,
    failed: 0,
    lost: 0,
  }
  const queue: LeasedWork[] = []
  let refused: 'unauthorized' | 'other_account' | null = null
  let idle = false
  let claiming: Promise<void> | null = null

  const findReasonToStop = (): SweepResult['stopped'] | null => {
    if (signal?.aborted === true) return 'signal'
    if (refused !== null) return refused
    if (clock().getTime() >= endMs) return 'budget'
    if (counts.claimed >= limit) return 'limit'
    return idle ? 'idle' : null
  }

  const claimMore = async (): Promise<void> => {
    const pauseMs = pace.waitMs()
    if (pauseMs > defaultPauseMs) {
      await sleep(Math.min(pauseMs, defaultPauseMs))
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
        if (result.error?.code === 'stripe_unauthorized') refused = 'unauthorized'
        if (result.error?.code === 'stripe_other_account') refused = 'other_account'
        break
    }
  }

  const work = async (): Promise<void> => {
    for (let leased = await next(); leased !== null; leased = await next()) await perform(leased)
  }
  // All workers end before an error is thrown, so that none is left behind.
  const workers = await Promise.allSettled(Array.from({ length: concurrency }, work))
  for (const worker of workers) if (worker.status === 'rejected') throw worker.reason
  return { ...counts, stopped: findReasonToStop() ?? 'idle' }
}
