import { CliError, type Command } from '@routekey/command-line'

import type { ProvisionResult } from '../../work/provision-profile.ts'
import { envFileOption, parseProfileId } from '../command-options.ts'
import type { CliContext } from '../context.ts'
import { withEngine } from '../with-engine.ts'

const help = 'npx stripe-customers'

const problems: Readonly<Record<Exclude<ProvisionResult['outcome'], 'provisioned'>, string>> = {
  unknown_profile: `No profile has this id. List failed profiles: ${help} status`,
  waiting: 'The rule, public.may_have_stripe_customer, does not allow a customer yet. It is asked again by itself.',
  pending: `The work is not done yet, and will be retried. See: ${help} status`,
  failed: `The work failed again. For the reason: ${help} status`,
}

/** Adds `requeue`. */
export function addRequeue(program: Command, context: CliContext): void {
  program
    .command('requeue')
    .description('Does the work of one profile again, also after a failure.')
    .argument('<profile-id>', 'the id of the profile, as status lists it', parseProfileId)
    .addOption(envFileOption)
    .option('--json', 'print JSON')
    .action((profileId, options) =>
      withEngine(context, options, async ({ customers, work, print, requireAccount }) => {
        await requireAccount()
        if (!(await work.requeue(profileId))) {
          print({ type: 'requeue', profileId, outcome: 'unknown_profile' })
          throw new CliError(problems.unknown_profile, 1)
        }
        const { outcome } = await customers.provision(profileId, { signal: context.signal })
        // A deleted user leaves a tombstone without a profile. Its work is done when the customer is deleted.
        const isDeleted = outcome === 'unknown_profile' && (await work.read(profileId))?.state === 'done'
        print({ type: 'requeue', profileId, outcome: isDeleted ? 'deleted' : outcome })
        if (outcome !== 'provisioned' && !isDeleted) throw new CliError(problems[outcome], 1)
      }),
    )
}
