import type { Command, Terminal } from '@routekey/command-line'

import { readPackageFile } from '../read-package-file.ts'

// In the order in which they must be applied.
const files = ['sql/api-key.sql', 'sql/limit.sql']
const supabaseFiles = ['sql/api-key-supabase.sql', 'sql/limit-supabase.sql']

/** Adds `routekey sql`. */
export function addSql(program: Command, terminal: Terminal): void {
  program
    .command('sql')
    .summary('Prints the SQL that creates the tables of the keys and their limits.')
    .description(
      'Prints the SQL that creates the tables and functions of a keyring and of its limiter, for a migration of your own. It needs PostgreSQL 14 or newer and nothing else.',
    )
    .option(
      '--supabase',
      'print what Supabase needs in addition: roles, grants and policies; apply it after the output without this option',
    )
    .action(({ supabase }) => {
      terminal.print((supabase === true ? supabaseFiles : files).map(readPackageFile).join('\n'))
    })
}
