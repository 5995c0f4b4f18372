import { CliError, type Command, InvalidArgumentError } from '@routekey/command-line'

import type { LinkedCustomer } from '../../reconcile/decide-profile.ts'
import { createStripeAccount } from '../../reconcile/stripe-account.ts'
import type { WorkStore } from '../../store/work-store.ts'
import { systemTiming } from '../../timing.ts'
import { envFileOption, parseProfileId } from '../command-options.ts'
import type { CliContext } from '../context.ts'
import { withEngine } from '../with-engine.ts'

/** Adds `relink`. */
export function addRelink(program: Command, context: CliContext): void {
  program
    .command('relink')
    .summary('Links a profile to a customer that exists in Stripe.')
    .description(
      'Links a profile to a customer that exists in Stripe, also to one without a mark, and gives it the id and e-mail of the profile. The customer that the profile had before stays as it is.',
    )
    .argument('<profile-id>', 'the id of the profile', parseProfileId)
    .argument('<customer-id>', 'the id of the customer, cus_…', parseCustomerId)
    .addOption(envFileOption)
    .option('--json', 'print JSON')
    .action((profileId, stripeCustomer, options) =>
      withEngine(context, options, async ({ customers, store, work, stripe, print, requireAccount }) => {
        await requireAccount()
        const profile = await store.readProfile(profileId)
        if (profile === null) throw new CliError('No profile has this id.', 1)
        const customer = await createStripeAccount(stripe, systemTiming).retrieve(stripeCustomer)
        await checkCustomer(customer, profileId, work)
        const previous = profile.stripeCustomer
        const isLinked =
          previous === stripeCustomer
            ? await work.requeue(profileId)
            : await store.link(profileId, stripeCustomer, previous)
        if (!isLinked) {
          throw new CliError(
            'The profile changed, a request for it is in progress, or another profile has this customer. Nothing was changed.',
            1,
          )
        }
        // The engine checks the customer again, and marks it.
        const { outcome } = await customers.provision(profileId, { signal: context.signal })
        print({ type: 'relink', profileId, stripeCustomer, previous, outcome })
        if (outcome !== 'provisioned') {
          throw new CliError('The customer is linked, but not up to date. See: npx stripe-customers status', 1)
        }
      }),
    )
}

async function checkCustomer(
  customer: Exclude<LinkedCustomer, null>,
  profileId: string,
  work: Pick<WorkStore, 'isDeleted'>,
): Promise<void> {
  if (customer === 'unknown') throw new CliError('This Stripe account does not have the customer.', 1)
  if (customer === 'deleted') throw new CliError('The customer was deleted in Stripe.', 1)
  const { profileId: mark } = customer
  if (mark === null || mark === profileId) return
  if (!(await work.isDeleted(mark))) throw new CliError(`The customer has the id of another profile, ${mark}.`, 1)
}

function parseCustomerId(text: string): string {
  if (!/^cus_\w+$/.test(text)) throw new InvalidArgumentError('Use the id of a customer, cus_….')
  return text
}
