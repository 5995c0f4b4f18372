import type { CustomerUse } from '../stripe/customer-use.ts'
import type { Difference } from './decide-profile.ts'

/** How to fix a finding, or why a person has to decide. */
export type Remedy =
  | { action: 'requeue' | 'replace' | 'delete_duplicate' | 'delete_orphan' }
  /** Nothing has to be done. */
  | { action: 'none'; why: string }
  | { action: 'link'; stripeCustomer: string; insteadOf: string | null }
  | { action: 'leave'; why: string }

const describedUses: Readonly<Record<CustomerUse, string>> = {
  subscription: 'a subscription',
  payment_method: 'a payment method',
  invoice: 'an invoice',
  balance: 'a balance',
}

const relink = ({ profileId, stripeCustomer }: { profileId: string; stripeCustomer: string }): string =>
  `stripe-customers relink ${profileId} ${stripeCustomer}`

/**
 * Decides how to fix a finding. Nothing is deleted and no link is removed on a guess, because the command may have been given
 * the wrong Stripe account or the wrong database. Pure.
 */
export function decideRemedy(finding: Difference, options: { deleteDuplicates: boolean }): Remedy {
  switch (finding.kind) {
    case 'missing':
      return finding.adopt === null
        ? { action: 'requeue' }
        : { action: 'link', stripeCustomer: finding.adopt, insteadOf: null }
    case 'deleted':
      if (finding.unknown) {
        return {
          action: 'leave',
          why: 'this Stripe account never had it; check that STRIPE_SECRET_KEY belongs to the right account',
        }
      }
      return finding.adopt === null
        ? { action: 'replace' }
        : { action: 'link', stripeCustomer: finding.adopt, insteadOf: finding.stripeCustomer }
    case 'email_drift':
    case 'unmarked':
      return { action: 'requeue' }
    case 'duplicate':
      if (finding.inUse !== null)
        return {
          action: 'leave',
          why: `it has ${describedUses[finding.inUse]}; to link it instead, run: ${relink(finding)}`,
        }
      if (finding.older)
        return { action: 'leave', why: `it is older than ${finding.kept}; to link it instead, run: ${relink(finding)}` }
      if (!options.deleteDuplicates) return { action: 'leave', why: 'add --delete-duplicates to delete it' }
      return { action: 'delete_duplicate' }
    case 'possible':
      // Whether it is that of the profile is for a person to decide.
      return finding.linked === null
        ? {
            action: 'leave',
            why: `it has the same e-mail; to link it, run: ${relink(finding)}, or to create another: stripe-customers requeue ${finding.profileId}`,
          }
        : { action: 'none', why: `it has the same e-mail; to link it instead, run: ${relink(finding)}` }
    case 'orphaned':
      return finding.deletable
        ? { action: 'delete_orphan' }
        : {
            action: 'leave',
            why: 'this database never had its profile; check whether another database uses the same Stripe account',
          }
  }
}
