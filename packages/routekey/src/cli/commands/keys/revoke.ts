import type { Command, Terminal } from '@routekey/command-line'

import { actor, anyPrefix, envFileOption, jsonOption, pepperOption, requireKey } from './key-options.ts'
import { schemaOption } from '../schema-option.ts'
import { withStore } from './open-store.ts'
import { printResult } from './print-result.ts'

/** Adds `routekey keys revoke`. */
export function addRevoke(keys: Command, terminal: Terminal): void {
  keys
    .command('revoke')
    .description('Revokes a key. This cannot be undone.')
    .argument('<id>', 'the id of the key')
    .addOption(jsonOption)
    .addOption(envFileOption)
    .addOption(schemaOption)
    .addOption(pepperOption)
    .action((id, options) =>
      withStore(options, terminal, async ({ createKeyring }) => {
        const record = requireKey(await createKeyring(anyPrefix).revoke(id, { actor }), id)
        terminal.say(`Revoked key ${id}. Processes that cache keys accept it until their cache expires.`)
        printResult(terminal, options, record, () => '')
      }),
    )
}
