import { z } from 'zod'
import { workErrorSchema } from './work-error.ts'

// `z.guid`, because Postgres takes any 128 bits for a uuid: seeded users may have ids that RFC 9562 does not define.

/** Parses the state of a row of work. */
export const workStateSchema = z.enum(['pending', 'waiting', 'done', 'failed', 'dismissed'])

/** Whether something is to be done. `waiting`: the rule does not allow a customer yet. `dismissed`: nobody wants it any more. */
export type WorkState = z.infer<typeof workStateSchema>

/** The parameters of `customers.create`. Frozen at the first attempt, because Stripe ties an idempotency key to them. */
export interface CustomerParameters {
  readonly email?: string
  readonly name?: string
  readonly phone?: string
  readonly preferred_locales?: string[]
  readonly metadata: { readonly profile_id: string; readonly [key: string]: string }
}

const customerParametersSchema = z.strictObject({
  email: z.exactOptional(z.string()),
  name: z.exactOptional(z.string()),
  phone: z.exactOptional(z.string()),
  preferred_locales: z.exactOptional(z.array(z.string())),
  metadata: z.object({ profile_id: z.guid() }).catchall(z.string()),
})

/** Why the project's function for details gave none that a customer can be created with. */
const refusedDetailsSchema = z.strictObject({ refused: z.string() })

/** Parameters, or the reason why there are none. */
const buildParametersSchema = z.union([
  customerParametersSchema.transform((parameters) => ({ parameters, refusedDetails: null })),
  refusedDetailsSchema.transform(({ refused }) => ({ parameters: null, refusedDetails: refused })),
])

/** Parses a row of `claim_stripe_customer_work`. */
export const claimedWorkSchema = z
  .object({
    profile_id: z.guid(),
    kind: z.enum(['create', 'update', 'delete']),
    revision: z.int(),
    idempotency_key: z.string().min(1),
    parameters: buildParametersSchema.nullable(),
    email: z.string().nullable(),
    stripe_customer: z.string().nullable(),
    attempts: z.int(),
    look_first: z.boolean(),
    key_expired: z.boolean(),
    unsettled_seconds: z.number(),
    key_sent_at: z.number().nullable(),
    account_number: z.int(),
  })
  .transform((row) => ({
    profileId: row.profile_id,
    kind: row.kind,
    revision: row.revision,
    idempotencyKey: row.idempotency_key,
    /** Null if the key was not sent. */
    parameters: row.parameters?.parameters ?? null,
    /** Why there are no parameters, if the project's function for details is the reason. */
    refusedDetails: row.parameters?.refusedDetails ?? null,
    /** The profile's present e-mail. */
    email: row.email,
    stripeCustomer: row.stripe_customer,
    /** Counts from 1 and includes the present attempt. */
    attempts: row.attempts,
    /** A customer may exist that the row does not know, or the link was not checked yet. */
    lookFirst: row.look_first,
    /** Stripe may have forgotten the key. */
    keyExpired: row.key_expired,
    /** How much longer an earlier request without a response may still take effect. */
    unsettledSeconds: row.unsettled_seconds,
    /** When the key was first sent, in seconds since 1970 by the clock of the database. Null if it was not. */
    keySentAt: row.key_sent_at,
    /** The account that the project uses. */
    accountNumber: row.account_number,
  }))

/** A row of work under a lease. */
export type ClaimedWork = z.infer<typeof claimedWorkSchema>

/** Parses a row of `renew_stripe_customer_key`. */
export const renewedKeySchema = z
  .object({ idempotency_key: z.string().min(1), parameters: buildParametersSchema })
  .transform((row) => ({ idempotencyKey: row.idempotency_key, ...row.parameters }))

/** A new idempotency key and the parameters that go with it, or the reason why there are none. */
export type RenewedKey = z.infer<typeof renewedKeySchema>

/** Parses a row of `read_stripe_customer`. */
export const customerStatusSchema = z
  .object({
    profile_exists: z.boolean(),
    stripe_customer: z.string().nullable(),
    state: workStateSchema.nullable(),
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

/** What the database knows about the customer of one profile. */
export type CustomerStatus = z.infer<typeof customerStatusSchema>

/** Parses a row of `find_stripe_customer_owners`. */
export const customerOwnerSchema = z
  .object({ profile_id: z.guid(), profile_exists: z.boolean(), tombstone: workStateSchema.nullable() })
  .transform((row) => ({ profileId: row.profile_id, exists: row.profile_exists, tombstone: row.tombstone }))

/** Whether a profile exists, or the state of its tombstone. */
export type CustomerOwner = z.infer<typeof customerOwnerSchema>

/** Parses a row of `apply_stripe_event`. */
export const eventOutcomeSchema = z
  .object({
    outcome: z.enum([
      'unlinked',
      'reopened',
      'unchanged',
      'unknown_customer',
      'duplicate',
      'other_account',
      'other_mode',
    ]),
    profile_id: z.guid().nullable(),
  })
  .transform((row) => ({ outcome: row.outcome, profileId: row.profile_id }))

/** What an event changed. */
export type EventOutcome = z.infer<typeof eventOutcomeSchema>
