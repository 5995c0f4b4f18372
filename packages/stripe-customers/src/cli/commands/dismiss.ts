import { CliError, type Command } from '@routekey/command-line'

import { envFileOption, parseProfileId } from '../command-options.ts'
import type { CliContext } from '../context.ts'
import { withEngine } from '../with-engine.ts'

/** Adds `dismiss`. */
export function addDismiss(program: Command, context: CliContext): void {
  program
    .command('dismiss')
    .summary('Ends work that nobody wants any more.')
    .description(
      'Ends work that nobody wants any more, such as a failed deletion of a customer that does not exist. It is not tried again unless the profile changes or is requeued. Nothing changes in Stripe.',
    )
    .argument('<profile-id>', 'the id of the profile, as status lists it', parseProfileId)
    .addOption(envFileOption)
    .option('--json', 'print JSON')
    .action((profileId, options) =>
      withEngine(context, options, async ({ work, print }) => {
        const isDismissed = await work.dismiss(profileId)
        print({ type: 'dismiss', profileId, outcome: isDismissed ? 'dismissed' : 'unchanged' })
        if (isDismissed) return
        const status = await work.read(profileId)
        throw new CliError(
          status?.leased === true
            ? 'A worker has this work. Wait for a minute, and run this again.'
            : 'There is no work of this profile that could be dismissed.',
          1,
        )
      }),
    )
}
