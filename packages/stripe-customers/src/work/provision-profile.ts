import type { WorkError } from '../store/work-error.ts'
import type { CustomerStatus } from '../store/work-rows.ts'
import { claimWork } from './claim-work.ts'
import type { EngineDependencies } from './engine-dependencies.ts'
import { performWork } from './perform-work.ts'

/** The outcome of provisioning a profile. */
export type ProvisionResult =
  /** The customer exists, is linked and has the profile's e-mail. */
  | { outcome: 'provisioned'; stripeCustomer: string }
  /** The rule, `public.may_have_stripe_customer`, does not allow a customer yet: by default until the user is confirmed. */
  | { outcome: 'waiting' }
  /** There is no such profile. */
  | { outcome: 'unknown_profile' }
  /** Not yet. The engine tries again at `retryAt`. `reason` is null if another worker has not finished. */
  | { outcome: 'pending'; retryAt: Date; reason: WorkError | null }
  /** Given up until the row is requeued or the profile changes. */
  | { outcome: 'failed'; error: WorkError }

const firstPollMs = 50
const maxPollMs = 500

/** Does one profile's work if it is due, or waits for the result if another worker does it. */
export async function provisionProfile(deps: EngineDependencies, profileId: string): Promise<ProvisionResult> {
  const { clock, sleep, store } = deps
  const deadlineMs = clock().getTime() + deps.waitMs
  let pollMs = firstPollMs

  for (;;) {
    const [leased] = await claimWork(deps, { profileId })
    if (leased !== undefined) {
      await performWork(deps, leased)
    }

    const status = await store.read(profileId)
    const result = resultOf(status)
    if (result !== null) return result
    // Done without a customer, or never begun, because a trigger was off. At most once, because it is pending then.
    if (status !== null && status.state !== 'pending') {
      await store.requeue(profileId)
      continue
    }

    const { leased: isLeased = false, msUntilDue = 0, lastError = null } = status ?? {}
    // A lease usually ends long before it expires, with the result. A row that is due and could not be claimed is locked by
    // a transaction.
    const waitMs = isLeased ? pollMs : Math.max(msUntilDue, pollMs)
    const nowMs = clock().getTime()
    if (nowMs + waitMs > deadlineMs) {
      return { outcome: 'pending', retryAt: new Date(nowMs + msUntilDue), reason: lastError }
    }
    await sleep(waitMs)
    pollMs = Math.min(maxPollMs, pollMs * 1.5)
  }
}

/** Returns the result that follows from the state of a profile's work, or null while work is left. Pure. */
function resultOf(status: CustomerStatus | null): ProvisionResult | null {
  if (status === null || !status.profileExists) return { outcome: 'unknown_profile' }
  if (status.state === 'waiting') return { outcome: 'waiting' }
  if ((status.state === 'failed' || status.state === 'dismissed') && status.lastError !== null)
    return { outcome: 'failed', error: status.lastError }
  // The link alone proves nothing: the work may be to check it.
  if (status.state === 'done' && status.stripeCustomer !== null) {
    return { outcome: 'provisioned', stripeCustomer: status.stripeCustomer }
  }
  return null
}
