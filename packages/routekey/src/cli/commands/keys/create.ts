import { CliError, collect, type Command, parseWholeNumber, type Terminal } from '@routekey/command-line'

import { actor, envFileOption, jsonOption, parseInstant, pepperOption } from './key-options.ts'
import { schemaOption } from '../schema-option.ts'
import { withStore } from './open-store.ts'
import { printCreatedKey } from './print-result.ts'

/** Adds `routekey keys create`. */
export function addCreate(keys: Command, terminal: Terminal): void {
  keys
    .command('create')
    .description('Creates a key and prints it, once, to stdout.')
    .requiredOption('--prefix <prefix>', 'what the key starts with, such as acme_live')
    .requiredOption('--owner <owner>', 'the id of the user or organisation whose key it is')
    .requiredOption('--name <name>', 'a name by which the owner recognises the key')
    .option('--scope <scope>', 'a scope that the key gets; repeatable', collect)
    .option('--allow-ip <address>', 'an IP address or CIDR range that may use the key; repeatable', collect)
    .option('--expires <date>', 'when the key expires (default: never)', parseInstant)
    .option(
      '--max-keys <number>',
      'create nothing if the owner has this many keys that are neither revoked nor expired',
      parseWholeNumber,
    )
    .addOption(jsonOption)
    .addOption(envFileOption)
    .addOption(schemaOption)
    .addOption(pepperOption)
    .action((options) =>
      withStore(options, terminal, async ({ createKeyring }) => {
        const { prefix, owner, name, scope: scopes = [], allowIp: allowedIps = [], expires = null } = options
        const created = await createKeyring(prefix, options.maxKeys).create({
          owner,
          name,
          scopes,
          allowedIps,
          expiresAt: expires,
          actor,
        })
        if (!created.ok) {
          throw new CliError(
            `No key was created: ${owner} has ${created.maximum} or more keys, and --max-keys is ${created.maximum}. Revoke one first: npx routekey keys revoke <id>`,
            1,
          )
        }
        printCreatedKey(terminal, options, created, 'Created')
      }),
    )
}
