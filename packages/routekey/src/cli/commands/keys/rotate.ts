import { type Command, parseWholeNumber, type Terminal } from '@routekey/command-line'

import { actor, anyPrefix, envFileOption, jsonOption, pepperOption, requireKey } from './key-options.ts'
import { schemaOption } from '../schema-option.ts'
import { prefixOf, withStore } from './open-store.ts'
import { printCreatedKey } from './print-result.ts'

/** Adds `routekey keys rotate`. */
export function addRotate(keys: Command, terminal: Terminal): void {
  keys
    .command('rotate')
    .description('Replaces a key by a new one with the same id, and prints that.')
    .argument('<id>', 'the id of the key')
    .requiredOption('--grace <seconds>', 'how long the former key still works', parseWholeNumber)
    .option('--prefix <prefix>', 'what the new key starts with (default: as the former)')
    .addOption(jsonOption)
    .addOption(envFileOption)
    .addOption(schemaOption)
    .addOption(pepperOption)
    .action((id, options) =>
      withStore(options, terminal, async ({ createKeyring }) => {
        const record = requireKey(await createKeyring(anyPrefix).get(id), id)
        const created = await createKeyring(options.prefix ?? prefixOf(record)).rotate(id, {
          graceSeconds: options.grace,
          actor,
        })
        printCreatedKey(terminal, options, requireKey(created, id, 'usable '), 'Rotated')
      }),
    )
}
