import { CliError, type Command, InvalidArgumentError, parseWholeNumber } from '@routekey/command-line'

import type { SweepResult } from '../../work/sweep-profiles.ts'
import { envFileOption } from '../command-options.ts'
import type { CliContext } from '../context.ts'
import { withEngine } from '../with-engine.ts'

/** Adds `sweep`. */
export function addSweep(program: Command, context: CliContext): void {
  program
    .command('sweep')
    .summary('Does all work that is due.')
    .description('Does all work that is due. Exits with 1 if some of it is left.')
    .option('--limit <number>', 'work on at most this many rows', parseLimit)
    .addOption(envFileOption)
    .option('--json', 'print JSON')
    .action((options) =>
      withEngine(context, options, async ({ sweep, print, requireAccount }) => {
        await requireAccount()
        const swept = await sweep(options.limit ?? null)
        print({ type: 'sweep', ...swept })
        checkSweep(swept)
      }),
    )
}

/** Throws if a sweep left work that was due. A limit that was reached is not an error. */
export function checkSweep({ retrying, failed, stopped }: SweepResult): void {
  if (stopped === 'other_account')
    throw new CliError(
      'STRIPE_SECRET_KEY belongs to another account than the customers. See: npx stripe-customers status',
      1,
    )
  if (stopped === 'unauthorized') throw new CliError('Stripe does not accept STRIPE_SECRET_KEY. Set a valid key.', 1)
  if (retrying === 0 && failed === 0 && (stopped === 'idle' || stopped === 'limit')) return
  const reason = stopped === 'signal' ? 'The sweep was stopped' : 'The sweep left work'
  throw new CliError(`${reason}: ${retrying} to be retried, ${failed} failed. See: npx stripe-customers status`, 1)
}

function parseLimit(text: string): number {
  const limit = parseWholeNumber(text)
  if (limit === 0) throw new InvalidArgumentError('Use a number from 1.')
  return limit
}
