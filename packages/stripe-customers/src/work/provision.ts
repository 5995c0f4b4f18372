import { claimWork, type ClaimDependencies } from './claim-work.ts'
import { performWork, type WorkDependencies } from './perform-work.ts'
import type { WorkError } from '../store/work-error.ts'
import type { CustomerStatus } from '../store/work-store.ts'

/** What became of a profile's Stripe customer. */
export type ProvisionResult =
  /** It exists and is linked. A change of its e-mail may still be under way. */
  | { outcome: 'provisioned'; stripeCustomer: string }
  /** There is no such profile. */
  | { outcome: 'unknown_profile' }
  /** Not yet; it is tried again by itself at `retryAt`. `reason` is null when another worker has only not finished. */
  | { outcome: 'pending'; retryAt: Date; reason: WorkError | null }
  /** Given up until the row is requeued or the profile changes. */
  | { outcome: 'failed'; error: WorkError }

/** What provisioning needs. */
export type ProvisionDependencies = WorkDependencies &
  ClaimDependencies & {
    /** How long to wait for another worker, or for an attempt that is due soon. */
    waitMs: number
  }

const firstPollMs = 50
const maxPollMs = 500

/** Does one profile's work if it is due, and waits for its result if another worker does it. */
export async function provisionProfile(deps: ProvisionDependencies, profileId: string): Promise<ProvisionResult> {
  const { clock, store } = deps
  const deadlineMs = clock.nowMs() + deps.waitMs
  let pollMs = firstPollMs

  for (;;) {
    const [leased] = await claimWork(deps, { profileId })
    if (leased !== undefined) {
      const result = await performWork(deps, leased)
      if (result.outcome === 'done' && leased.work.kind !== 'delete' && result.stripeCustomer !== null) {
        return { outcome: 'provisioned', stripeCustomer: result.stripeCustomer }
      }
    }

    const status = await store.read(profileId)
    const settled = settle(status)
    if (settled !== null) return settled

    const { leased: isLeased = false, msUntilDue = 0, lastError = null } = status ?? {}
    // A lease usually ends long before its time, with the result; an attempt comes when it is due. What is due and was not
    // to be had is locked by a transaction.
    const waitMs = isLeased ? pollMs : Math.max(msUntilDue, pollMs)
    if (clock.nowMs() + waitMs > deadlineMs) {
      return { outcome: 'pending', retryAt: new Date(Date.now() + msUntilDue), reason: lastError }
    }
    await clock.sleep(waitMs)
    pollMs = Math.min(maxPollMs, pollMs * 1.5)
  }
}

/** Gives the result that a profile's state amounts to; null while it is open. Pure. */
function settle(status: CustomerStatus | null): ProvisionResult | null {
  if (status === null || !status.profileExists) return { outcome: 'unknown_profile' }
  if (status.stripeCustomer !== null) return { outcome: 'provisioned', stripeCustomer: status.stripeCustomer }
  if (status.state === 'failed' && status.lastError !== null) return { outcome: 'failed', error: status.lastError }
  return null
}
