import type { Clock } from '../clock.ts'
import type { LeasedWork } from './perform-work.ts'
import type { WorkStore } from '../store/work-store.ts'

/** What claiming needs. */
export interface ClaimDependencies {
  readonly store: WorkStore
  readonly clock: Clock
  readonly randomUUID: () => string
  readonly leaseMs: number
}

/**
 * Leases rows that are due: the longest due, or one profile's.
 *
 * @param target.batch The most rows.
 */
export async function claimWork(
  deps: ClaimDependencies,
  target: { batch: number } | { profileId: string },
): Promise<LeasedWork[]> {
  const { store, clock, randomUUID, leaseMs } = deps
  const lease = randomUUID()
  // Counted from before the claim, so that it never ends later here than in the database.
  const deadlineMs = clock.nowMs() + leaseMs
  const rows = await store.claim({ lease, leaseMs, batch: 1, ...target })
  return rows.map((work) => ({ work, lease, deadlineMs }))
}
