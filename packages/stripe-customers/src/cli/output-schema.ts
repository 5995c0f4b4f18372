import { z } from 'zod'

import { accountSchema } from '../account/account.ts'

const countSchema = z.int().nonnegative()
const about = { profileId: z.string(), stripeCustomer: z.string() }
const result = {
  result: z.enum(['found', 'would_fix', 'fixed', 'linked', 'due', 'left', 'dismissed']),
  why: z.string().optional(),
}
const workErrorSchema = z.object({
  code: z.string(),
  message: z.string(),
  status: z.int().optional(),
  requestId: z.string().optional(),
})

const sweepCountsSchema = z.strictObject({
  repaired: countSchema,
  claimed: countSchema,
  done: countSchema,
  retrying: countSchema,
  failed: countSchema,
  lost: countSchema,
  stopped: z.enum(['idle', 'limit', 'budget', 'signal', 'unauthorized', 'other_account']),
})

/** One line of `--json`. Scripts may rely on it: fields are added, but never removed or given another meaning. */
export const outputSchema = z.union([
  z.strictObject({
    type: z.literal('status'),
    profiles: countSchema,
    linked: countSchema,
    done: countSchema,
    pending: countSchema,
    waiting: countSchema,
    due: countSchema,
    retrying: countSchema,
    blocked: countSchema,
    failed: countSchema,
    dismissed: countSchema,
    elsewhere: countSchema,
    unrecorded: countSchema,
    outdated: countSchema,
    vanished: countSchema,
    oldestDueSeconds: countSchema,
    account: accountSchema,
    wakeUps: z.strictObject({
      state: z.enum(['not_installed', 'not_configured', 'idle', 'ok', 'failing']),
      madeByWakeUp: countSchema,
      madeBySchedule: countSchema,
      results: z.record(z.string(), countSchema),
      problem: z.string().nullable(),
    }),
    failures: z.array(
      z.strictObject({
        profileId: z.string(),
        kind: z.enum(['create', 'update', 'delete']),
        failedAt: z.iso.datetime(),
        error: workErrorSchema,
      }),
    ),
  }),
  z.strictObject({
    type: z.literal('preflight'),
    table: z.string(),
    problems: z.array(z.string()),
    notes: z.array(z.string()),
  }),
  z.strictObject({ type: z.literal('sweep'), ...sweepCountsSchema.shape }),
  z.strictObject({
    type: z.literal('requeue'),
    profileId: z.string(),
    outcome: z.enum(['provisioned', 'deleted', 'waiting', 'pending', 'failed', 'unknown_profile']),
  }),
  z.strictObject({
    type: z.literal('relink'),
    profileId: z.string(),
    stripeCustomer: z.string(),
    /** The customer that the profile had before. */
    previous: z.string().nullable(),
    outcome: z.enum(['provisioned', 'waiting', 'pending', 'failed', 'unknown_profile']),
  }),
  z.strictObject({ type: z.literal('dismiss'), profileId: z.string(), outcome: z.enum(['dismissed', 'unchanged']) }),
  z.discriminatedUnion('kind', [
    z.strictObject({
      type: z.literal('finding'),
      kind: z.literal('missing'),
      profileId: z.string(),
      adopt: z.string().nullable(),
      ...result,
    }),
    z.strictObject({
      type: z.literal('finding'),
      kind: z.literal('deleted'),
      ...about,
      unknown: z.boolean(),
      adopt: z.string().nullable(),
      ...result,
    }),
    z.strictObject({ type: z.literal('finding'), kind: z.enum(['email_drift', 'unmarked']), ...about, ...result }),
    z.strictObject({
      type: z.literal('finding'),
      kind: z.literal('duplicate'),
      ...about,
      kept: z.string(),
      subscribed: z.boolean(),
      inUse: z.enum(['subscription', 'payment_method', 'invoice', 'balance']).nullable(),
      older: z.boolean(),
      ...result,
    }),
    z.strictObject({
      type: z.literal('finding'),
      kind: z.literal('possible'),
      ...about,
      /** The customer that the profile has. */
      linked: z.string().nullable(),
      ...result,
    }),
    z.strictObject({
      type: z.literal('finding'),
      kind: z.literal('moved'),
      profileId: z.string(),
      stripeCustomer: z.string().nullable(),
      /** The account of the key has a customer with the same id. */
      kept: z.boolean(),
      ...result,
    }),
    z.strictObject({
      type: z.literal('finding'),
      kind: z.literal('left_behind'),
      profileId: z.string(),
      stripeCustomer: z.string().nullable(),
      ...result,
    }),
    z.strictObject({
      type: z.literal('finding'),
      kind: z.literal('orphaned'),
      ...about,
      deletable: z.boolean(),
      ...result,
    }),
  ]),
  z.strictObject({
    type: z.literal('summary'),
    mode: z.enum(['report', 'plan', 'fix']),
    customers: countSchema,
    foreign: countSchema,
    possible: countSchema,
    profiles: countSchema,
    found: z.strictObject({
      missing: countSchema,
      deleted: countSchema,
      email_drift: countSchema,
      unmarked: countSchema,
      duplicate: countSchema,
      possible: countSchema,
      orphaned: countSchema,
      moved: countSchema,
      left_behind: countSchema,
      vanished: countSchema,
    }),
    unrecorded: countSchema,
    outdated: countSchema,
    fixed: countSchema,
    linked: countSchema,
    due: countSchema,
    dismissed: countSchema,
    left: countSchema,
    sweep: sweepCountsSchema.nullable(),
  }),
])

/** A result that a command prints. */
export type Output = z.infer<typeof outputSchema>
