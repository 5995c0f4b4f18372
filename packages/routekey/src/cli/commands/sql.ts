import type { Command, Terminal } from '@routekey/command-line'

import { readPackageFile } from '../read-package-file.ts'
import { sqlFiles } from '../sql-files.ts'

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
      const files = supabase === true ? sqlFiles.supabase : sqlFiles.postgres
      terminal.print(files.map((file) => readPackageFile(`sql/${file}`)).join('\n'))
    })
}
