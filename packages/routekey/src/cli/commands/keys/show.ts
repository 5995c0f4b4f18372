import type { Command, Terminal } from '@routekey/command-line'

import { formatKey } from './format-keys.ts'
import { anyPrefix, envFileOption, jsonOption, pepperOption, requireKey } from './key-options.ts'
import { schemaOption } from '../schema-option.ts'
import { withStore } from './open-store.ts'
import { printResult } from './print-result.ts'

/** Adds `routekey keys show`. */
export function addShow(keys: Command, terminal: Terminal): void {
  keys
    .command('show')
    .description('Shows the properties and the audit trail of a key.')
    .argument('<id>', 'the id of the key')
    .addOption(jsonOption)
    .addOption(envFileOption)
    .addOption(schemaOption)
    .addOption(pepperOption)
    .action((id, options) =>
      withStore(options, terminal, async ({ createKeyring }) => {
        const keyring = createKeyring(anyPrefix)
        const record = requireKey(await keyring.get(id), id)
        const audit = requireKey(await keyring.audit(id), id)
        printResult(terminal, options, { record, audit }, () => formatKey(record, audit))
      }),
    )
}
