import { z } from 'zod'
import type { Account } from '../account/account.ts'
import type { DatabaseFunctions } from '../store/database-functions.ts'
import { createParsedFunctions } from '../store/parsed-functions.ts'
import { workErrorSchema } from '../store/work-error.ts'
import { type CustomerOwner, customerOwnerSchema, workStateSchema } from '../store/work-rows.ts'
import type { ProfileRow } from './decide-profile.ts'

const profileSchema = z
  .object({
    profile_id: z.guid(),
    email: z.string().nullable(),
    stripe_customer: z.string().nullable(),
    state: workStateSchema.nullable(),
    busy: z.boolean(),
    elsewhere: z.boolean(),
  })
  .transform((row): ProfileRow => ({
    profileId: row.profile_id,
    email: row.email,
    stripeCustomer: row.stripe_customer,
    state: row.state,
    busy: row.busy,
    elsewhere: row.elsewhere,
  }))

const failedWorkSchema = z
  .object({
    profile_id: z.guid(),
    kind: z.enum(['create', 'update', 'delete']),
    failed_at: z.coerce.date(),
    last_error: workErrorSchema,
  })
  .transform((row) => ({
    profileId: row.profile_id,
    kind: row.kind,
    failedAt: row.failed_at.toISOString(),
    error: row.last_error,
  }))

/** How many rows a page of repairs checks, so that each call takes well under a second. */
export const repairBatch = 1000

/** A page of repairs: the last row that was checked, or null if none is left, and the rows that were written. */
export interface RepairedPage {
  readonly last: string | null
  readonly written: number
}

const repairedSchema = z.object({ last: z.guid().nullable(), written: z.int() })
const leftBehindSchema = z
  .object({ profile_id: z.guid(), stripe_customer: z.string().nullable() })
  .transform((row) => ({ profileId: row.profile_id, stripeCustomer: row.stripe_customer }))

const countSchema = z.number()
const workCountsSchema = z
  .object({
    profiles: countSchema,
    linked: countSchema,
    done: countSchema,
    pending: countSchema,
    waiting: countSchema,
    due: countSchema,
    retrying: countSchema,
    failed: countSchema,
    blocked: countSchema,
    dismissed: countSchema,
    elsewhere: countSchema,
    oldest_due_seconds: countSchema,
  })
  .transform(({ oldest_due_seconds: seconds, ...counts }) => ({ ...counts, oldestDueSeconds: Math.round(seconds) }))

const unmatchedCountsSchema = z.object({ unrecorded: countSchema, vanished: countSchema })
const repairCountsSchema = z.object({ missing: countSchema, outdated: countSchema })

/**
 * How many rows are in which state. `unrecorded`: users and profiles that have no work yet. `outdated`: profiles whose e-mail
 * is not that of their user. `vanished`: rows of work whose profile is gone without a trace. `elsewhere`: rows whose customer is in
 * an account that is no longer in use.
 */
export type WorkCounts = z.infer<typeof workCountsSchema> & Record<'unrecorded' | 'outdated' | 'vanished', number>

/** A row that was given up. */
export type FailedWork = z.infer<typeof failedWorkSchema>

/** What the command line asks of the database. Every call throws a `StripeCustomersError` if it fails. */
export interface ReconcileStore {
  count(): Promise<WorkCounts>
  listFailed(batch: number): Promise<FailedWork[]>
  /** Lists the next profiles, in the order of their ids. */
  listProfiles(after: string | null, batch: number): Promise<ProfileRow[]>
  readProfile(profileId: string): Promise<ProfileRow | null>
  findOwners(profileIds: readonly string[]): Promise<CustomerOwner[]>
  /** Returns those of some customers to which a profile is linked. */
  findLinked(stripeCustomers: readonly string[]): Promise<string[]>
  /** False if the profile has changed, or a request for it is in progress. */
  link(profileId: string, stripeCustomer: string, insteadOf: string | null): Promise<boolean>
  /** False if there is no tombstone, its work is pending, or a profile has the customer. */
  deleteOrphan(profileId: string, stripeCustomer: string): Promise<boolean>
  /** Adds the work of profiles without any, and asks the rule again for those that wait. Returns the ids of the former. */
  openWork(profileIds: readonly string[]): Promise<string[]>
  /** Begins to use another account. */
  beginAccount(account: Account): Promise<void>
  /** Moves profiles to the account in use: with their links, or without. */
  move(kept: readonly string[], cleared: readonly string[]): Promise<void>
  /** Dismisses some deletions of customers that are in another account. None is left when it returns nothing. */
  dismissElsewhere(): Promise<{ profileId: string; stripeCustomer: string | null }[]>
  /** Writes what the application's triggers could not, for the next users. */
  readonly repairProfilePage: (after: string | null) => Promise<RepairedPage>
  /** Turns the next rows of work whose profile vanished into tombstones. */
  readonly tombstoneVanishedPage: (after: string | null) => Promise<RepairedPage>
}

/** Creates the store on its SQL functions. */
export function createReconcileStore(functions: DatabaseFunctions): ReconcileStore {
  const { rows, row, value } = createParsedFunctions(functions)
  const list = (args: Record<string, unknown>): Promise<ProfileRow[]> =>
    rows(profileSchema, 'list_stripe_customers', args)
  return {
    async count() {
      // One after the other, so that each has the database to itself.
      const work = await row(workCountsSchema, 'count_stripe_customer_work', {})
      const { unrecorded, vanished } = await row(unmatchedCountsSchema, 'count_unmatched_stripe_customer_work', {})
      const { missing, outdated } = await row(repairCountsSchema, 'count_profile_repairs', {})
      return { ...work, unrecorded: unrecorded + missing, outdated, vanished }
    },
    listFailed: (batch) => rows(failedWorkSchema, 'list_failed_stripe_customer_work', { batch }),
    listProfiles: (after, batch) => list({ after, batch }),
    readProfile: async (target) => (await list({ batch: 1, target }))[0] ?? null,
    findOwners: (targets) => rows(customerOwnerSchema, 'find_stripe_customer_owners', { targets }),
    link: (target, customer, insteadOf) =>
      value(z.boolean(), 'link_stripe_customer', { target, customer, instead_of: insteadOf }),
    deleteOrphan: (target, customer) => value(z.boolean(), 'delete_orphaned_stripe_customer', { target, customer }),
    findLinked: (customers) => rows(z.string(), 'find_linked_stripe_customers', { customers }),
    beginAccount: async (account) => void (await value(z.int(), 'begin_stripe_customer_account', { ...account })),
    move: async (kept, cleared) => void (await value(z.unknown(), 'move_stripe_customers', { kept, cleared })),
    dismissElsewhere: () => rows(leftBehindSchema, 'dismiss_deletions_elsewhere', {}),
    openWork: (targets) => rows(z.guid(), 'open_stripe_customer_work', { targets }),
    repairProfilePage: (after) => row(repairedSchema, 'repair_profile_page', { after, batch: repairBatch }),
    tombstoneVanishedPage: (after) => row(repairedSchema, 'tombstone_vanished_profiles', { after, batch: repairBatch }),
  }
}
