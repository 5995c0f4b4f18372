import { z } from 'zod'
import { type Account, accountSchema, type UsedAccount, usedAccountSchema } from '../account/account.ts'
import type { WakeUps } from '../wake-ups/judge-wake-ups.ts'
import { readWakeUps } from '../wake-ups/read-wake-ups.ts'
import type { DatabaseFunctions } from './database-functions.ts'
import { createParsedFunctions } from './parsed-functions.ts'
import { formatWorkError, type WorkError } from './work-error.ts'
import {
  type ClaimedWork,
  claimedWorkSchema,
  type CustomerStatus,
  customerOwnerSchema,
  customerStatusSchema,
  type EventOutcome,
  eventOutcomeSchema,
  type RenewedKey,
  renewedKeySchema,
} from './work-rows.ts'

/** Names a row under a lease to the functions that write its outcome. */
export interface Claim {
  readonly profileId: string
  readonly lease: string
  readonly revision: number
}

/** How a row is retried. `counted`: it counts towards the maximum. `unsettled`: a request may still take effect. */
export interface Retry {
  readonly delayMs: number
  readonly error: WorkError | null
  readonly counted: boolean
  readonly unsettled: boolean
}

/** The work table. Every call throws a `StripeCustomersError` if it fails. */
export interface WorkStore {
  /** Leases rows that are due, the longest due first. With a profile, only its row, and only if that is due. */
  claim(options: { lease: string; leaseMs: number; batch: number; profileId?: string }): Promise<ClaimedWork[]>
  /** Takes a new idempotency key. Null if the row has changed or the lease is lost. */
  renewKey(claim: Claim): Promise<RenewedKey | null>
  /** Records what Stripe did. `more`: the row is due again at once. */
  complete(
    claim: Claim,
    result: { kind: ClaimedWork['kind']; stripeCustomer: string | null; email: string | null },
  ): Promise<'done' | 'more' | 'lease_lost'>
  /** Schedules the next attempt and returns the milliseconds until then. Null if the lease is lost. */
  retry(claim: Claim, retry: Retry): Promise<number | null>
  /** Gives the row up. `more`: it changed meanwhile and is due at once. */
  fail(claim: Claim, failure: { error: WorkError; refused: boolean }): Promise<'failed' | 'more' | 'lease_lost'>
  /** Removes the link to a customer that was deleted in Stripe. Returns the id of the profile that had it. */
  unlink(stripeCustomer: string): Promise<string | null>
  /** Makes a row due again, or adds it. False if there is neither a row nor a profile. */
  requeue(profileId: string): Promise<boolean>
  /** Null if there is neither a profile nor a row. */
  read(profileId: string): Promise<CustomerStatus | null>
  /** Returns whether any profile is linked to the customer. */
  isLinked(stripeCustomer: string): Promise<boolean>
  /** Returns whether a profile with this id existed, and is deleted. False for text that is not an id. */
  isDeleted(profileId: string): Promise<boolean>
  /** Writes what the triggers could not. Returns how many rows. */
  repairProfiles(): Promise<number>
  /** Reads what became of the wake-ups of the last hour. */
  readWakeUps(): Promise<WakeUps>
  /** Reads the account that the project uses. */
  readAccount(): Promise<UsedAccount>
  /** Records the account with this number. Known values stay. Returns the values that are known then. */
  recordAccount(accountNumber: number, account: Account): Promise<Account>
  /** Ends work that nobody wants any more. False if there is none, or a worker has the row. */
  dismiss(profileId: string): Promise<boolean>
  /** Records an event about a customer and applies it, in one transaction. */
  applyEvent(event: {
    id: string
    type: 'customer.deleted' | 'customer.updated'
    stripeCustomer: string
    email: string | null
    /** The profile id in the customer's metadata. */
    profileId: string | null
    /** The account that the event names, and its mode. */
    account: string | null
    livemode: boolean | null
  }): Promise<EventOutcome>
}

/** Creates the work table on its SQL functions. */
export function createWorkStore(functions: DatabaseFunctions): WorkStore {
  const { rows, row, value } = createParsedFunctions(functions)
  return {
    claim: ({ lease, leaseMs, batch, profileId }) =>
      rows(claimedWorkSchema, 'claim_stripe_customer_work', {
        lease,
        lease_seconds: leaseMs / 1000,
        batch,
        target: profileId ?? null,
      }),
    async renewKey({ profileId, lease }) {
      const [renewed] = await rows(renewedKeySchema, 'renew_stripe_customer_key', { target: profileId, lease })
      return renewed ?? null
    },
    complete: ({ profileId, lease, revision }, { kind, stripeCustomer, email }) =>
      value(z.enum(['done', 'more', 'lease_lost']), 'complete_stripe_customer_work', {
        target: profileId,
        lease,
        completed_kind: kind,
        customer: stripeCustomer,
        customer_email: email,
        seen_revision: revision,
      }),
    async retry({ profileId, lease, revision }, { delayMs, error, counted, unsettled }) {
      const seconds = await value(z.number().nullable(), 'retry_stripe_customer_work', {
        target: profileId,
        lease,
        seen_revision: revision,
        delay_seconds: delayMs / 1000,
        error: error && formatWorkError(error),
        counted,
        unsettled,
      })
      return seconds === null ? null : seconds * 1000
    },
    fail: ({ profileId, lease, revision }, { error, refused }) =>
      value(z.enum(['failed', 'more', 'lease_lost']), 'fail_stripe_customer_work', {
        target: profileId,
        lease,
        seen_revision: revision,
        error: formatWorkError(error),
        refused,
      }),
    unlink: (stripeCustomer) => value(z.guid().nullable(), 'unlink_stripe_customer', { customer: stripeCustomer }),
    requeue: (profileId) => value(z.boolean(), 'requeue_stripe_customer_work', { target: profileId }),
    async read(profileId) {
      const [status] = await rows(customerStatusSchema, 'read_stripe_customer', { target: profileId })
      return status ?? null
    },
    async isLinked(stripeCustomer) {
      const linked = await rows(z.string(), 'find_linked_stripe_customers', { customers: [stripeCustomer] })
      return linked.length > 0
    },
    async isDeleted(profileId) {
      // Marks are written by others, too.
      if (!z.guid().safeParse(profileId).success) return false
      const [owner] = await rows(customerOwnerSchema, 'find_stripe_customer_owners', { targets: [profileId] })
      return owner !== undefined && !owner.exists && owner.tombstone !== null
    },
    repairProfiles: () => value(z.int(), 'repair_profiles', {}),
    readWakeUps: () => readWakeUps(functions),
    readAccount: () => row(usedAccountSchema, 'read_stripe_customer_account', {}),
    recordAccount: (accountNumber, { account, livemode }) =>
      row(accountSchema, 'record_stripe_customer_account', { account_number: accountNumber, account, livemode }),
    dismiss: (profileId) => value(z.boolean(), 'dismiss_stripe_customer_work', { target: profileId }),
    applyEvent: ({ id, type, stripeCustomer, email, profileId, account, livemode }) =>
      row(eventOutcomeSchema, 'apply_stripe_event', {
        event_id: id,
        event_type: type,
        customer: stripeCustomer,
        customer_email: email,
        customer_profile_id: profileId,
        event_account: account,
        event_livemode: livemode,
      }),
  }
}
