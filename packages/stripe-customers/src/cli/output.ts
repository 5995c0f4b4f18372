import { z } from 'zod'

const countSchema = z.int().nonnegative()
const about = { profileId: z.string(), stripeCustomer: z.string() }
const result = { result: z.enum(['found', 'would_fix', 'fixed', 'left']), why: z.string().optional() }
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
  stopped: z.enum(['idle', 'limit', 'budget', 'signal', 'unauthorized']),
})

/** One line of `--json`. Scripts may rely on it: members are added, and none is taken away or changes its meaning. */
export const outputSchema = z.union([
  z.strictObject({
    type: z.literal('status'),
    profiles: countSchema,
    linked: countSchema,
    done: countSchema,
    pending: countSchema,
    due: countSchema,
    retrying: countSchema,
    failed: countSchema,
    unrecorded: countSchema,
    outdated: countSchema,
    oldestDueSeconds: countSchema,
    failures: z.array(
      z.strictObject({
        profileId: z.string(),
        kind: z.enum(['create', 'update', 'delete']),
        failedAt: z.iso.datetime(),
        error: workErrorSchema,
      }),
    ),
  }),
  z.strictObject({ type: z.literal('sweep'), ...sweepCountsSchema.shape }),
  z.strictObject({
    type: z.literal('requeue'),
    profileId: z.string(),
    outcome: z.enum(['provisioned', 'deleted', 'pending', 'failed', 'unknown_profile']),
  }),
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
    profiles: countSchema,
    found: z.strictObject({
      missing: countSchema,
      deleted: countSchema,
      email_drift: countSchema,
      unmarked: countSchema,
      duplicate: countSchema,
      orphaned: countSchema,
    }),
    unrecorded: countSchema,
    outdated: countSchema,
    fixed: countSchema,
    left: countSchema,
    sweep: sweepCountsSchema.nullable(),
  }),
])

/** What the command line tells. */
export type Output = z.infer<typeof outputSchema>

/** Formats it for people. Pure. */
export function formatOutput(output: Output): string {
  switch (output.type) {
    case 'status': {
      const { failures, ...counts } = output
      const late = counts.oldestDueSeconds > 0 ? `, the oldest for ${counts.oldestDueSeconds} s` : ''
      return [
        `profiles    ${counts.profiles}, of them ${counts.linked} with a customer`,
        `done        ${counts.done}`,
        `pending     ${counts.pending}: ${counts.due} due${late}, ${counts.retrying} after an error`,
        `failed      ${counts.failed}`,
        `unrecorded  ${counts.unrecorded}${counts.unrecorded > 0 ? ': reconcile --fix brings them in' : ''}`,
        `outdated    ${counts.outdated}${counts.outdated > 0 ? ': reconcile --fix brings their e-mail up to date' : ''}`,
        ...failures.map(({ profileId, kind, error }) => `  ${profileId}  ${kind}  ${error.code}: ${error.message}`),
      ].join('\n')
    }
    case 'sweep':
      return formatSweep(output)
    case 'requeue':
      return `${output.profileId}  ${output.outcome}`
    case 'finding': {
      const customer = 'stripeCustomer' in output ? output.stripeCustomer : (output.adopt ?? '')
      const after = output.why === undefined ? '' : `: ${output.why}`
      return `${output.kind.padEnd(11)}  ${output.profileId}  ${customer.padEnd(18)}  ${output.result.replace('_', ' ')}${after}`
    }
    case 'summary': {
      const found = Object.entries(output.found).filter(([, number]) => number > 0)
      const kinds = found.length === 0 ? 'no difference' : found.map(([kind, number]) => `${number} ${kind}`).join(', ')
      const fixed = output.mode === 'fix' ? `; ${output.fixed} fixed, ${output.left} left` : ''
      const swept = output.sweep === null ? '' : `\n${formatSweep(output.sweep)}`
      return `${output.profiles} profiles, ${output.customers} customers: ${kinds}${fixed}${swept}`
    }
  }
}

function formatSweep(sweep: z.infer<typeof sweepCountsSchema>): string {
  const reason = sweep.stopped === 'unauthorized' ? ': Stripe does not accept STRIPE_SECRET_KEY' : ''
  return `swept: ${sweep.done} done, ${sweep.retrying} to be tried again, ${sweep.failed} failed (${sweep.stopped}${reason})`
}
