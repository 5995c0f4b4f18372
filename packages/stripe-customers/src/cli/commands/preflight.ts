import { CliError, type Command } from '@routekey/command-line'

import { StripeCustomersError } from '../../errors.ts'
import { runPreflight } from '../../preflight/run-preflight.ts'
import { isRefusal } from '../../store/sqlstate.ts'
import { envFileOption } from '../command-options.ts'
import { openPool } from '../connect-database.ts'
import type { CliContext } from '../context.ts'
import { formatOutput } from '../format-output.ts'
import type { Output } from '../output-schema.ts'
import { readVariables, resolveDatabaseUrl } from '../resolve-connections.ts'
import { requireTable, tableOptions } from './table-options.ts'

/** Adds `preflight`. */
export function addPreflight(program: Command, context: CliContext): void {
  const [table, id, customer, email] = tableOptions
  program
    .command('preflight')
    .summary('Finds obstacles to the migration, and changes nothing.')
    .description(
      'Connects to DATABASE_URL, and finds obstacles to the migration that sql prints. It applies it in a transaction that it rolls back, so the table is locked for a moment. It also says how the rows that exist will be treated. Changes nothing. Exits with 1 if there is an obstacle.',
    )
    .addOption(table)
    .addOption(id)
    .addOption(customer)
    .addOption(email)
    .addOption(envFileOption)
    .option('--json', 'print JSON')
    .action(async ({ envFile, json, ...flags }) => {
      const profiles = requireTable(flags)
      const { pool, close } = await openPool(resolveDatabaseUrl(readVariables(envFile, context)))
      try {
        const report = await explain(async () => {
          const client = await pool.connect()
          try {
            return await runPreflight(client, profiles)
          } finally {
            client.release()
          }
        })
        const output: Output = {
          type: 'preflight',
          table: profiles.table,
          problems: [...report.problems],
          notes: [...report.notes],
        }
        context.print(`${json === true ? JSON.stringify(output) : formatOutput(output)}\n`)
        if (report.problems.length > 0)
          throw new CliError(`${report.problems.length} problems are in the way of the migration. Solve them first.`, 1)
      } finally {
        await close()
      }
    })
}

/** Turns the error of the database into one with a remedy. */
async function explain<Result>(read: () => Promise<Result>): Promise<Result> {
  try {
    return await read()
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause
    const code = 'code' in cause ? String(cause.code) : ''
    if (isRefusal(code) && !isLogIn(code)) {
      const refusal = `The database refused the preflight: ${cause.message}. Connect as the owner of the table, or as postgres.`
      throw new StripeCustomersError('ERR_STRIPE_CUSTOMERS_DATABASE_REFUSED', refusal, { cause })
    }
    // The driver gives no code to a connection that ends.
    if (code === '' && !/connection/i.test(cause.message)) throw cause
    const message = `The database did not respond: ${cause.message}. Check DATABASE_URL.`
    throw new StripeCustomersError('ERR_STRIPE_CUSTOMERS_DATABASE_UNAVAILABLE', message, { cause })
  }
}

/** Whether DATABASE_URL has the wrong user, password or database. */
function isLogIn(sqlstate: string): boolean {
  return sqlstate.startsWith('28') || sqlstate.startsWith('3D')
}
