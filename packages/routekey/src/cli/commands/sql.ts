import type { Command, Terminal } from '@routekey/command-line'

import { generateSql } from '../../sql/generate-sql.ts'
import { schemaOption } from './schema-option.ts'

/** Adds `routekey sql`. */
export function addSql(program: Command, terminal: Terminal): void {
  program
    .command('sql')
    .summary('Prints the SQL that creates the tables of the keys and their limits.')
    .description(
      'Prints the SQL that creates the tables and functions of a keyring and of its limiter, or upgrades those of an earlier version, for a migration of your own. It can be applied again. It needs PostgreSQL 14 or newer and nothing else.',
    )
    .option('--supabase', 'add what Supabase needs: grants for its roles, and policies')
    .addOption(schemaOption)
    .action(({ supabase = false, schema }) => terminal.print(generateSql({ schema, supabase })))
}
