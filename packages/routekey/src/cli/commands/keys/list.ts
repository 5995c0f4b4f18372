import { type Command, parseWholeNumber, type Terminal } from '@routekey/command-line'

import { formatKeys } from './format-keys.ts'
import { anyPrefix, envFileOption, jsonOption, pepperOption } from './key-options.ts'
import { schemaOption } from '../schema-option.ts'
import { withStore } from './open-store.ts'
import { printResult } from './print-result.ts'

/** Adds `routekey keys list`. */
export function addList(keys: Command, terminal: Terminal): void {
  keys
    .command('list')
    .description('Lists keys, the newest first. Shows only the start of a key.')
    .option('--owner <owner>', 'only the keys of this owner')
    .option('--limit <number>', 'at most this many keys', parseWholeNumber)
    .option('--after <id>', 'continue after the key with this id')
    .addOption(jsonOption)
    .addOption(envFileOption)
    .addOption(schemaOption)
    .addOption(pepperOption)
    .action((options) =>
      withStore(options, terminal, async ({ createKeyring }) => {
        const { owner, limit, after } = options
        const records = await createKeyring(anyPrefix).list({
          ...(owner !== undefined && { owner }),
          ...(limit !== undefined && { limit }),
          ...(after !== undefined && { after }),
        })
        printResult(terminal, options, records, () => formatKeys(records))
      }),
    )
}
