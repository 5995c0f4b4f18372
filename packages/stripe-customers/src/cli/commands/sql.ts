import type { Command } from '@routekey/command-line'

import { generateSql } from '../../sql/generate-sql.ts'
import { generateUninstallSql } from '../../sql/generate-uninstall-sql.ts'
import type { CliContext } from '../context.ts'
import { requireTable, tableOptions } from './table-options.ts'

/** Adds `sql`. */
export function addSql(program: Command, context: CliContext): void {
  const [table, id, customer, email] = tableOptions
  program
    .command('sql')
    .summary('Prints the migration that installs the engine for a table.')
    .description(
      'Prints the migration that installs the engine for a table of profiles, or upgrades it. It connects to nothing. Run preflight before you apply it.',
    )
    .addOption(table)
    .addOption(id)
    .addOption(customer)
    .addOption(email)
    .option('--uninstall', 'print the way back: it drops everything that the engine created')
    .action(({ uninstall, ...flags }) => {
      const profiles = requireTable(flags)
      context.print(uninstall === true ? generateUninstallSql(profiles) : generateSql(profiles))
    })
}
