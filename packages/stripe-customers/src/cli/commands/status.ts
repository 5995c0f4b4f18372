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
  failed      work that Stripe refused and that is not retried
  unrecorded  users or profiles for which no work was recorded
  outdated    profiles whose e-mail differs from that of their user
  vanished    work whose profile is gone without a trace, as after truncate`,
    )
    .action((options) =>
      withEngine(context, options, async ({ store, print }) => {
        const [counts, failures] = [await store.count(), await store.listFailed(failuresShown)]
        print({ type: 'status', ...counts, failures })
        if (counts.failed + counts.unrecorded + counts.outdated + counts.vanished === 0) return
        throw new CliError(
          `${counts.failed} failed, ${counts.unrecorded} unrecorded, ${counts.outdated} outdated, ${counts.vanished} vanished. Run: npx stripe-customers reconcile --fix`,
          1,
        )
      }),
    )
}
