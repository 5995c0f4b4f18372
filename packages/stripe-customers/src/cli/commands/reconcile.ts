import { CliError, type Command, InvalidArgumentError } from '@routekey/command-line'

import { describeOtherAccount } from '../../account/account.ts'
import { systemTiming } from '../../timing.ts'
import { expectForeign, type MetadataPair, parseMetadataPair } from '../../reconcile/expect-foreign.ts'
import { reconcile, type ReconcileOptions } from '../../reconcile/reconcile.ts'
import { createStripeAccount } from '../../reconcile/stripe-account.ts'
import { envFileOption } from '../command-options.ts'
import type { CliContext } from '../context.ts'
import { type Engine, withEngine } from '../with-engine.ts'
import { checkSweep } from './sweep.ts'

interface ReconcileFlags {
  readonly fix?: true | undefined
  readonly dryRun?: true | undefined
  readonly deleteDuplicates?: true | undefined
  readonly newAccount?: true | undefined
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
    .option(
      '--new-account',
      'with --fix: move the project to the account of STRIPE_SECRET_KEY, such as from a test key to a live key; profiles get customers there, and those in the previous account stay as they are',
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
  possible     a customer with the e-mail of a profile, but without an id of
               one; it is never linked by a guess, and only reported if the
               profile has a customer
  orphaned     a customer with the id of a profile that no longer exists
  moved        a profile whose customer is in the previous account
  left_behind  the deletion of a customer in the previous account, which this
               key cannot do; it is dismissed
  vanished     work whose profile is gone without a trace, as after truncate`,
    )
    .action(async (options) => {
      const plan = parseReconcileFlags(options)
      await withEngine(context, options, async (engine) => {
        const { store, work, stripe, progress, print, sweep } = engine
        const newAccount = await chooseAccount(engine, plan.mode, options.newAccount === true)
        const summary = await reconcile(
          {
            store,
            work,
            account: createStripeAccount(stripe, systemTiming, expectForeign(options.expectForeign ?? [])),
          },
          {
            ...plan,
            newAccount,
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
 * @throws `CliError` when `--delete-duplicates` or `--new-account` is given without either of them.
 */
export function parseReconcileFlags(flags: ReconcileFlags): Pick<ReconcileOptions, 'mode' | 'deleteDuplicates'> {
  const mode = flags.dryRun === true ? 'plan' : flags.fix === true ? 'fix' : 'report'
  const deleteDuplicates = flags.deleteDuplicates === true
  if (flags.newAccount === true && mode === 'report')
    throw new CliError('--new-account needs --fix, or --dry-run to show what it would do.', 2)
  if (deleteDuplicates && mode === 'report') {
    throw new CliError('--delete-duplicates needs --fix, or --dry-run to show what it would delete.', 2)
  }
  return { mode, deleteDuplicates }
}

/**
 * Decides whether the project moves to the account of the key, and begins that.
 *
 * @throws `CliError` when the key belongs to another account and moving was not asked for, or its account cannot be read.
 */
async function chooseAccount(
  { compareAccount, store }: Pick<Engine, 'compareAccount' | 'store'>,
  mode: ReconcileOptions['mode'],
  isMoving: boolean,
): Promise<ReconcileOptions['newAccount']> {
  const { verdict, used, own } = await compareAccount()
  if (!isMoving) {
    if (verdict === 'other') throw new CliError(describeOtherAccount(used, own), 1)
    return 'no'
  }
  if (own.account === null)
    throw new CliError('This key cannot read its account. Use a secret key, sk_…, to move to another account.', 1)
  if (verdict === 'own') return 'begun'
  if (mode !== 'fix') return 'planned'
  await store.beginAccount(own)
  return 'begun'
}

function collectPairs(text: string, earlier: readonly MetadataPair[] = []): readonly MetadataPair[] {
  const pair = parseMetadataPair(text)
  if (pair === null) throw new InvalidArgumentError('Use a key and a value of metadata, such as app=shop.')
  return [...earlier, pair]
}
