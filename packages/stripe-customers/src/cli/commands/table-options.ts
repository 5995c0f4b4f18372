import { CliError, InvalidArgumentError, Option } from '@routekey/command-line'
import type { ProfileTable } from '../../sql/generate-sql.ts'

/** The options that name the table of profiles. None has a default, so that nothing is guessed. */
export const tableOptions = [
  new Option('--table <schema.table>', 'the table with a row for each user').argParser(parseTable),
  new Option('--id <column>', 'its column of the id, a uuid'),
  new Option('--customer <column>', 'its column for the id of the Stripe customer, a text'),
  new Option('--email <column>', 'its column of the e-mail; without it, e-mails are those of auth.users'),
] as const

/** The values of {@link tableOptions}. */
export interface TableFlags {
  readonly table?: string | undefined
  readonly id?: string | undefined
  readonly customer?: string | undefined
  readonly email?: string | undefined
}

/** Throws `CliError` if an option is missing. */
export function requireTable({ table, id, customer, email }: TableFlags): ProfileTable {
  if (table === undefined || id === undefined || customer === undefined) {
    const example = '--table public.profiles --id id --customer stripe_customer_id'
    throw new CliError(`Name the table and its columns, such as ${example}.`, 2)
  }
  return { table, id, customer, ...(email === undefined ? {} : { email }) }
}

function parseTable(text: string): string {
  if (!/^[^.]+\.[^.]+$/.test(text))
    throw new InvalidArgumentError('Use a name with its schema, such as public.profiles.')
  return text
}
