import type { ClaimedWork } from '../store/work-rows.ts'
import type { Claim } from '../store/work-store.ts'
import type { EngineDependencies } from './engine-dependencies.ts'

/** A row of work and the lease under which it was claimed. */
export interface LeasedWork {
  readonly work: ClaimedWork
  readonly lease: string
  /** By this process's clock. */
  readonly leaseExpiresAt: Date
}

/**
 * Leases rows that are due: those that are due longest, or the row of one profile.
 *
 * @param target.batch the maximum of rows
 */
export async function claimWork(
  deps: EngineDependencies,
  target: { batch: number } | { profileId: string },
): Promise<LeasedWork[]> {
  const { store, clock, randomUUID, leaseMs } = deps
  const lease = randomUUID()
  // Counted from before the claim, so that the lease never expires later here than in the database.
  const leaseExpiresAt = new Date(clock().getTime() + leaseMs)
  const rows = await store.claim({ lease, leaseMs, batch: 1, ...target })
  return rows.map((work) => ({ work, lease, leaseExpiresAt }))
}

/** Names a leased row to the functions that write its outcome. */
export function toClaim({ work, lease }: LeasedWork): Claim {
  return { profileId: work.profileId, lease, revision: work.revision }
}
