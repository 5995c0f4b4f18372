import { z } from 'zod'
import type { DatabaseFunctions } from '../database-functions.ts'
import { workErrorSchema } from '../work-error.ts'
import type { ProfileRow } from './decide-profile.ts'

const profileSchema = z
  .object({
    profile_id: z.guid(),
    email: z.string().nullable(),
    stripe_customer: z.string().nullable(),
    state: z.enum(['pending', 'done', 'failed']).nullable(),
    busy: z.boolean(),
  })
  .transform((row): ProfileRow => ({
    profileId: row.profile_id,
    email: row.email,
    stripeCustomer: row.stripe_customer,
    state: row.state,
    busy: row.busy,
  }))

const ownerSchema = z
  .object({
    profile_id: z.guid(),
    profile_exists: z.boolean(),
    tombstone: z.enum(['pending', 'done', 'failed']).nullable(),
  })
  .transform((row) => ({ profileId: row.profile_id, exists: row.profile_exists, tombstone: row.tombstone }))

const failedSchema = z
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

const count = z.coerce.number()
const statusSchema = z
  .object({
    profiles: count,
    linked: count,
    done: count,
    pending: count,
    due: count,
    retrying: count,
    failed: count,
    unrecorded: count,
    oldest_due_seconds: count,
  })
  .transform(({ oldest_due_seconds: seconds, ...counts }) => ({ ...counts, oldestDueSeconds: Math.round(seconds) }))

/** How the work stands, in numbers. `unrecorded`: users and profiles that have no work yet. */
export type WorkCounts = z.infer<typeof statusSchema>

/** A row that was given up. */
export type FailedWork = z.infer<typeof failedSchema>

/** Whether a profile is there, or the tombstone of one that was. */
export type CustomerOwner = z.infer<typeof ownerSchema>

/** What the command line asks of the database. Every call throws `StripeCustomersError` when it does not answer. */
export type ReconcileStore = {
  count(): Promise<WorkCounts>
  listFailed(batch: number): Promise<FailedWork[]>
  /** Gives the next profiles, in the order of their ids. */
  listProfiles(after: string | null, batch: number): Promise<ProfileRow[]>
  readProfile(profileId: string): Promise<ProfileRow | null>
  findOwners(profileIds: readonly string[]): Promise<CustomerOwner[]>
  /** False when the profile has changed, or a request for it is under way. */
  link(profileId: string, stripeCustomer: string, insteadOf: string | null): Promise<boolean>
  /** False where no tombstone is there, or its work is not over. */
  deleteOrphan(profileId: string, stripeCustomer: string): Promise<boolean>
  /** Adds what the triggers have not written, for users of any age; gives how many rows. */
  restoreAll(): Promise<number>
}

/** Creates the interface on top of the SQL functions. */
export function createReconcileStore(functions: DatabaseFunctions): ReconcileStore {
  const list = async (args: Record<string, unknown>): Promise<ProfileRow[]> =>
    z.array(profileSchema).parse(await functions.rows('list_stripe_customers', args))
  return {
    async count() {
      const [counts] = z.tuple([statusSchema]).parse(await functions.rows('count_stripe_customer_work', {}))
      return counts
    },
    listFailed: async (batch) =>
      z.array(failedSchema).parse(await functions.rows('list_failed_stripe_customer_work', { batch })),
    listProfiles: (after, batch) => list({ after, batch }),
    readProfile: async (target) => (await list({ batch: 1, target }))[0] ?? null,
    findOwners: async (targets) =>
      z.array(ownerSchema).parse(await functions.rows('find_stripe_customer_owners', { targets })),
    link: async (target, customer, insteadOf) =>
      z.boolean().parse(await functions.value('link_stripe_customer', { target, customer, instead_of: insteadOf })),
    deleteOrphan: async (target, customer) =>
      z.boolean().parse(await functions.value('delete_orphaned_stripe_customer', { target, customer })),
    restoreAll: async () =>
      z.int().parse(await functions.value('restore_missing_profiles', { signed_up_within: null })),
  }
}
