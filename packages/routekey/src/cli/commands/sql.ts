import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'

import type { Command } from '../command.ts'

const directory = new URL('../../../sql/', import.meta.url)

/** `routekey sql`. */
export const sql: Command = {
  help: `Usage: routekey sql [--supabase]

Prints the SQL that creates the tables and functions of a keyring, for a migration of your own.
It needs PostgreSQL 14 or newer and nothing else.

  --supabase  print what Supabase needs on top: roles, grants and policies.
              Apply it after the output of \`routekey sql\`
`,
  run(args, terminal) {
    const { values } = parseArgs({ args: [...args], options: { supabase: { type: 'boolean' } } })
    const file = values.supabase === true ? 'api-key-supabase.sql' : 'api-key.sql'
    terminal.print(readFileSync(new URL(file, directory), 'utf8'))
  },
}
