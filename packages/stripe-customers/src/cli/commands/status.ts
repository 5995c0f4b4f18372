import { CliError, type Command } from '@routekey/command-line'

import { envFileOption } from '../command-options.ts'
import type { CliContext } from '../context.ts'
import { withEngine } from '../with-engine.ts'

const failuresShown = 100

/** Adds `status`. */
export function addStatus(program: Command, context: CliContext): void {
  program
    .command('status')
    .summary('Counts the work, and lists failures with their reasons.')
    .description(
      'Counts the work, and lists failures with their reasons. Exits with 1 if something does not fix itself, so that a scheduled job can raise an alarm.',
    )
    .addOption(envFileOption)
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
The counts:
  done        profiles whose customer is up to date
  pending     work that is due or will be retried; it needs nothing from you
  blocked     pending work for which Stripe refuses the key, or the key belongs
              to another account
  waiting     profiles whose user is not confirmed yet
  failed      work that Stripe refused and that is not retried
  unrecorded  users or profiles for which no work was recorded
  outdated    profiles whose e-mail differs from that of their user
  vanished    work whose profile is gone without a trace, as after truncate
  dismissed   work that was dismissed
  elsewhere   work whose customer is in the previous account
  account     the Stripe account of the customers
  last hour   who made the customers of the last hour
  wake-ups    what became of those of the last hour; exit code 1 if they fail`,
    )
    .action((options) =>
      withEngine(context, options, async ({ customers, store, work, print }) => {
        const [counts, failures] = [await store.count(), await store.listFailed(failuresShown)]
        const { account, livemode } = await work.readAccount()
        const wakeUps = await customers.readWakeUps()
        print({ type: 'status', ...counts, account: { account, livemode }, wakeUps, failures })
        const problems: string[] = []
        if (counts.failed + counts.unrecorded + counts.outdated + counts.vanished > 0) {
          const found = `${counts.failed} failed, ${counts.unrecorded} unrecorded, ${counts.outdated} outdated, ${counts.vanished} vanished`
          problems.push(`${found}. Run: npx stripe-customers reconcile --fix`)
        }
        if (counts.blocked > 0)
          problems.push(
            `${counts.blocked} blocked: STRIPE_SECRET_KEY of the application is refused, or belongs to another account. ` +
              'Set the right key, or move to its account: npx stripe-customers reconcile --fix --new-account',
          )
        if (counts.elsewhere > 0)
          problems.push(
            `${counts.elsewhere} elsewhere. To finish the move, run: npx stripe-customers reconcile --fix --new-account`,
          )
        if (wakeUps.problem !== null) problems.push(`The wake-ups fail. ${wakeUps.problem}`)
        if (problems.length > 0) throw new CliError(problems.join('\n'), 1)
      }),
    )
}
