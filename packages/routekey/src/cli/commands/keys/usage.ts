import { type Command, Option, parseWholeNumber, type Terminal } from '@routekey/command-line'

import { formatUsage } from './format-keys.ts'
import { anyPrefix, envFileOption, jsonOption, pepperOption, requireKey } from './key-options.ts'
import { schemaOption } from '../schema-option.ts'
import { withStore } from './open-store.ts'
import { printResult } from './print-result.ts'

/** Adds `routekey keys usage`. */
export function addUsage(keys: Command, terminal: Terminal): void {
  keys
    .command('usage')
    .description('Counts the requests with a key, allowed and refused.')
    .argument('<id>', 'the id of the key')
    .option('--hours <number>', 'how many hours to show (default: 24)', parseWholeNumber)
    .addOption(
      new Option('--days <number>', 'how many days to show, instead of hours')
        .argParser(parseWholeNumber)
        .conflicts('hours'),
    )
    .addOption(jsonOption)
    .addOption(envFileOption)
    .addOption(schemaOption)
    .addOption(pepperOption)
    .action((id, options) =>
      withStore(options, terminal, async ({ createKeyring }) => {
        const { days, hours = 24 } = options
        const query =
          days === undefined ? ({ unit: 'hour', count: hours } as const) : ({ unit: 'day', count: days } as const)
        const buckets = requireKey(await createKeyring(anyPrefix).usage({ id }, query), id)
        printResult(terminal, options, buckets, () => formatUsage(buckets))
      }),
    )
}
