import { z } from 'zod'
import type { DatabaseFunctions } from '../store/database-functions.ts'
import { workErrorSchema } from '../store/work-error.ts'
import { parseAnswer } from '../store/work-store.ts'
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

const countSchema = z.coerce.number()
const statusSchema = z
  .object({
    profiles: countSchema,
    linked: countSchema,
    done: countSchema,
    pending: countSchema,
    due: countSchema,
    retrying: countSchema,
    failed: countSchema,
    unrecorded: countSchema,
    outdated: countSchema,
    oldest_due_seconds: countSchema,
  })
  .transform(({ oldest_due_seconds: seconds, ...counts }) => ({ ...counts, oldestDueSeconds: Math.round(seconds) }))

/**
 * How the work stands, in numbers. `unrecorded`: users and profiles that have no work yet. `outdated`: profiles whose e-mail
 * is not that of their user.
 */
export type WorkCounts = z.infer<typeof statusSchema>

/** A row that was given up. */
export type FailedWork = z.infer<typeof failedSchema>

/** Whether a profile is there, or the tombstone of one that was. */
export type CustomerOwner = z.infer<typeof ownerSchema>

/** What the command line asks of the database. Every call throws `StripeCustomersError` when it does not answer. */
export interface ReconcileStore {
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
  /** Writes what the triggers have not, for users of any age; gives how many rows. */
  repairAllProfiles(): Promise<number>
}

/** Creates the interface on top of the SQL functions. */
export function createReconcileStore(functions: DatabaseFunctions): ReconcileStore {
  const rows = async <T>(schema: z.ZodType<T>, name: string, args: Record<string, unknown>): Promise<T> =>
    parseAnswer(schema, name, await functions.rows(name, args))
  const value = async <T>(schema: z.ZodType<T>, name: string, args: Record<string, unknown>): Promise<T> =>
    parseAnswer(schema, name, await functions.value(name, args))
  const list = (args: Record<string, unknown>): Promise<ProfileRow[]> =>
    rows(z.array(profileSchema), 'list_stripe_customers', args)
  return {
    count: async () => (await rows(z.tuple([statusSchema]), 'count_stripe_customer_work', {}))[0],
    listFailed: (batch) => rows(z.array(failedSchema), 'list_failed_stripe_customer_work', { batch }),
    listProfiles: (after, batch) => list({ after, batch }),
    readProfile: async (target) => (await list({ batch: 1, target }))[0] ?? null,
    findOwners: (targets) => rows(z.array(ownerSchema), 'find_stripe_customer_owners', { targets }),
    link: (target, customer, insteadOf) =>
      value(z.boolean(), 'link_stripe_customer', { target, customer, instead_of: insteadOf }),
    deleteOrphan: (target, customer) => value(z.boolean(), 'delete_orphaned_stripe_customer', { target, customer }),
    repairAllProfiles: () => value(z.int(), 'repair_profiles', { signed_up_within: null }),
  }
}
