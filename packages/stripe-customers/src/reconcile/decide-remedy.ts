import type { Finding } from './decide-profile.ts'

/** What mends a finding, or why it is left to people. */
export type Remedy =
  | { action: 'requeue' | 'replace' | 'delete_duplicate' | 'delete_orphan' }
  | { action: 'link'; stripeCustomer: string; insteadOf: string | null }
  | { action: 'leave'; why: string }

/**
 * Decides what mends a finding. Pure. Nothing is deleted, and no link undone, on a guess: the command may have been given
 * the wrong account of Stripe, or the wrong database.
 */
export function decideRemedy(finding: Finding, options: { deleteDuplicates: boolean }): Remedy {
  switch (finding.kind) {
    case 'missing':
      return finding.adopt === null
        ? { action: 'requeue' }
        : { action: 'link', stripeCustomer: finding.adopt, insteadOf: null }
    case 'deleted':
      if (finding.unknown) {
        return { action: 'leave', why: 'this account of Stripe never had it: is STRIPE_SECRET_KEY the right one?' }
      }
      return finding.adopt === null
        ? { action: 'replace' }
        : { action: 'link', stripeCustomer: finding.adopt, insteadOf: finding.stripeCustomer }
    case 'email_drift':
    case 'unmarked':
      return { action: 'requeue' }
    case 'duplicate':
      if (finding.subscribed) return { action: 'leave', why: 'it has a subscription, which deleting would end' }
      if (!options.deleteDuplicates) return { action: 'leave', why: 'only --delete-duplicates deletes it' }
      return { action: 'delete_duplicate' }
    case 'orphaned':
      return finding.deletable
        ? { action: 'delete_orphan' }
        : { action: 'leave', why: 'this database never had its profile: does another one use the same account?' }
  }
}
