import { z } from 'zod'
import type { DatabaseFunctions } from './database-functions.ts'
import { StripeCustomersError } from '../errors.ts'
import { formatWorkError, type WorkError, workErrorSchema } from './work-error.ts'

// Postgres takes any 128 bits for a uuid, so seeded users may have ids that RFC 9562 does not define: hence `guid`.

const parametersSchema = z.object({
  email: z.string().optional(),
  metadata: z.object({ profile_id: z.guid() }),
})

/** What a customer is created with. Frozen at the first attempt, because a key stands for its parameters too. */
export interface CustomerParameters {
  readonly email?: string
  readonly metadata: { profile_id: string }
}

/** Drops `email: undefined`, which is another thing to `exactOptionalPropertyTypes`. */
const parameters = parametersSchema.transform(({ email, metadata }): CustomerParameters =>
  email === undefined ? { metadata } : { email, metadata },
)

const claimedWorkSchema = z
  .object({
    profile_id: z.guid(),
    kind: z.enum(['create', 'update', 'delete']),
    revision: z.int(),
    idempotency_key: z.string().min(1),
    parameters: parameters.nullable(),
    email: z.string().nullable(),
    stripe_customer: z.string().nullable(),
    attempts: z.int(),
    first_attempt_age_seconds: z.number().nullable(),
    unsettled_seconds: z.number(),
  })
  .transform((row) => ({
    profileId: row.profile_id,
    kind: row.kind,
    revision: row.revision,
    idempotencyKey: row.idempotency_key,
    parameters: row.parameters,
    /** The profile's present e-mail. */
    email: row.email,
    stripeCustomer: row.stripe_customer,
    /** Counts from 1, this one included. */
    attempts: row.attempts,
    firstAttemptAgeSeconds: row.first_attempt_age_seconds ?? 0,
    /** How long a request of an earlier attempt, of which no answer came, may still take effect. */
    unsettledSeconds: row.unsettled_seconds,
  }))

/** A row of work under a lease. */
export type ClaimedWork = z.infer<typeof claimedWorkSchema>

const renewedKeySchema = z
  .object({ idempotency_key: z.string().min(1), parameters })
  .transform((row) => ({ idempotencyKey: row.idempotency_key, parameters: row.parameters }))

/** A new idempotency key with its parameters. */
export type RenewedKey = z.infer<typeof renewedKeySchema>

const customerStatusSchema = z
  .object({
    profile_exists: z.boolean(),
    stripe_customer: z.string().nullable(),
    state: z.enum(['pending', 'done', 'failed']).nullable(),
    leased: z.boolean(),
    seconds_until_due: z.number().nullable(),
    last_error: workErrorSchema.nullable(),
  })
  .transform((row) => ({
    profileExists: row.profile_exists,
    stripeCustomer: row.stripe_customer,
    state: row.state,
    leased: row.leased,
    msUntilDue: (row.seconds_until_due ?? 0) * 1000,
    lastError: row.last_error,
  }))

/** What is known about one profile. */
export type CustomerStatus = z.infer<typeof customerStatusSchema>

const appliedEventSchema = z
  .object({
    outcome: z.enum(['unlinked', 'reopened', 'unchanged', 'unknown_customer', 'duplicate']),
    profile_id: z.guid().nullable(),
  })
  .transform((row) => ({ outcome: row.outcome, profileId: row.profile_id }))

/** What an event was taken for. */
export type EventOutcome = z.infer<typeof appliedEventSchema>

/** A row under a lease, for the functions that report about it. */
export interface Claim {
  readonly profileId: string
  readonly lease: string
  readonly revision: number
}

/** The work table. Every call throws `StripeCustomersError` when the database does not answer as it should. */
export interface WorkStore {
  /** Leases what is due, the longest due first; with a profile, only its row, and nothing when that is not due. */
  claim(options: { lease: string; leaseMs: number; batch: number; profileId?: string }): Promise<ClaimedWork[]>
  /** Takes a new idempotency key; null when the row has changed or the lease is lost. */
  renewKey(claim: Claim): Promise<RenewedKey | null>
  /** Records what Stripe did. 'more': the row is due again at once. */
  complete(
    claim: Claim,
    result: { kind: ClaimedWork['kind']; stripeCustomer: string | null; email: string | null },
  ): Promise<'done' | 'more' | 'lease_lost'>
  /** Sets the next attempt; gives the milliseconds until then, null when the lease is lost. */
  retry(
    claim: Claim,
    attempt: { delayMs: number; error: WorkError | null; counted: boolean; unsettled: boolean },
  ): Promise<number | null>
  /** Gives the row up. 'more': it has changed meanwhile and is due at once. */
  fail(claim: Claim, failure: { error: WorkError; refused: boolean }): Promise<'failed' | 'more' | 'lease_lost'>
  /** Undoes the link to a customer that was deleted in Stripe; gives the profile that had it. */
  unlink(stripeCustomer: string): Promise<string | null>
  /** Opens a row again; false when there is none. */
  requeue(profileId: string): Promise<boolean>
  /** Reads what is known about a profile; null when nothing is. */
  read(profileId: string): Promise<CustomerStatus | null>
  /** Writes the profiles, their e-mails and the work that the triggers could not; gives how many rows. */
  repairProfiles(): Promise<number>
  /** Records an event about a customer and applies it, in one transaction. */
  applyEvent(event: {
    id: string
    type: 'customer.deleted' | 'customer.updated'
    stripeCustomer: string
    email: string | null
    /** The profile's id that the customer carries. */
    profileId: string | null
  }): Promise<EventOutcome>
}

/** Creates the work table's interface on top of its SQL functions. */
export function createWorkStore(functions: DatabaseFunctions): WorkStore {
  const rows = async <T>(schema: z.ZodType<T>, name: string, args: Record<string, unknown>): Promise<T[]> =>
    parseAnswer(z.array(schema), name, await functions.rows(name, args))
  const value = async <T>(schema: z.ZodType<T>, name: string, args: Record<string, unknown>): Promise<T> =>
    parseAnswer(schema, name, await functions.value(name, args))

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
    repairProfiles: () => value(z.int(), 'repair_profiles', {}),
    async applyEvent({ id, type, stripeCustomer, email, profileId }) {
      const [applied] = await rows(appliedEventSchema, 'apply_stripe_event', {
        event_id: id,
        event_type: type,
        customer: stripeCustomer,
        customer_email: email,
        customer_profile_id: profileId,
      })
      if (applied === undefined) throw unexpectedAnswer('apply_stripe_event')
      return applied
    },
  }
}

/**
 * Parses what a SQL function answered.
 *
 * @param name The SQL function.
 * @throws StripeCustomersError `ERR_STRIPE_CUSTOMERS_DATABASE_ANSWER`
 */
export function parseAnswer<T>(schema: z.ZodType<T>, name: string, answer: unknown): T {
  const parsed = schema.safeParse(answer)
  if (parsed.success) return parsed.data
  // The issues name members and types; the values, which may be personal, stay out of the message.
  throw unexpectedAnswer(name, parsed.error)
}

function unexpectedAnswer(name: string, cause?: unknown): StripeCustomersError {
  return new StripeCustomersError(
    'ERR_STRIPE_CUSTOMERS_DATABASE_ANSWER',
    `public.${name} answered something else than its migration promises. Are all migrations applied?`,
    { cause },
  )
}
