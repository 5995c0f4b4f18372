import { CliError, type Command, InvalidArgumentError } from '@routekey/command-line'

import { systemTiming } from '../../timing.ts'
import { expectForeign, type MetadataPair, parseMetadataPair } from '../../reconcile/expect-foreign.ts'
import { reconcile, type ReconcileOptions } from '../../reconcile/reconcile.ts'
import { createStripeAccount } from '../../reconcile/stripe-account.ts'
import { envFileOption } from '../command-options.ts'
import type { CliContext } from '../context.ts'
import { withEngine } from '../with-engine.ts'
import { checkSweep } from './sweep.ts'

interface ReconcileFlags {
  readonly fix?: true | undefined
  readonly dryRun?: true | undefined
  readonly deleteDuplicates?: true | undefined
}

/** Adds `reconcile`. */
export function addReconcile(program: Command, context: CliContext): void {
  program
    .command('reconcile')
    .summary('Compares all profiles with all customers in Stripe.')
    .description(
      'Compares all profiles with all customers in Stripe, and lists the differences. Exits with 1 if there are any, or if --fix leaves some.',
    )
    .option('--fix', 'fix the differences, create missing customers, and sweep')
    .option('--dry-run', 'show what --fix would do, and change nothing')
    .option(
      '--delete-duplicates',
      'with --fix: also delete duplicates that are newer than the linked customer and have no subscription, payment method, invoice or balance; by default they are only reported',
    )
    .option(
      '--expect-foreign <key=value>',
      'ignore customers with this in their metadata, such as those of another project in the same Stripe account; repeatable',
      collectPairs,
    )
    .addOption(envFileOption)
    .option('--json', 'print JSON, one object per line')
    .addHelpText(
      'after',
      `
The differences:
  missing      a user or profile without a Stripe customer, including users
               created before these migrations
  deleted      a profile whose customer was deleted in Stripe
  email_drift  the customer has another e-mail than the profile, or the profile
               another than the user
  unmarked     a customer without the id of its profile
  duplicate    another customer with the id of a profile
  orphaned     a customer with the id of a profile that no longer exists
  vanished     work whose profile is gone without a trace, as after truncate`,
    )
    .action(async (options) => {
      const plan = parseReconcileFlags(options)
      await withEngine(context, options, async ({ store, work, stripe, progress, print, sweep }) => {
        const summary = await reconcile(
          {
            store,
            work,
            account: createStripeAccount(stripe, systemTiming, expectForeign(options.expectForeign ?? [])),
          },
          {
            ...plan,
            signal: context.signal,
            onFinding: (report) => print({ type: 'finding', ...report }),
            onProgress: ({ phase, done, total }) => progress.update(phase, done, total),
          },
        )
        const swept = plan.mode === 'fix' ? await sweep(null) : null
        print({ type: 'summary', mode: plan.mode, ...summary, sweep: swept })
        if (swept === null) {
          if (Object.values(summary.found).every((count) => count === 0)) return
          throw new CliError('Profiles and customers differ. Run: npx stripe-customers reconcile --fix', 1)
        }
        checkSweep(swept)
        if (summary.left > 0) {
          throw new CliError(`${summary.left} differences were left. The output above has the reasons.`, 1)
        }
      })
    })
}

/**
 * Decides what to do. `--dry-run` wins over `--fix`.
 *
 * @throws `CliError` when `--delete-duplicates` is given without either of them.
 */
export function parseReconcileFlags(flags: ReconcileFlags): Pick<ReconcileOptions, 'mode' | 'deleteDuplicates'> {
  const mode = flags.dryRun === true ? 'plan' : flags.fix === true ? 'fix' : 'report'
  const deleteDuplicates = flags.deleteDuplicates === true
  if (deleteDuplicates && mode === 'report') {
    throw new CliError('--delete-duplicates needs --fix, or --dry-run to show what it would delete.', 2)
  }
  return { mode, deleteDuplicates }
}

function collectPairs(text: string, earlier: readonly MetadataPair[] = []): readonly MetadataPair[] {
  const pair = parseMetadataPair(text)
  if (pair === null) throw new InvalidArgumentError('Use a key and a value of metadata, such as app=shop.')
  return [...earlier, pair]
}
