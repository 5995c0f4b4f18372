import { readFileSync } from 'node:fs'
import { quoteIdentifier, quoteLiteral, quoteTable } from './quote.ts'

/** The table of profiles and its columns. Names are taken literally, without quotes. */
export interface ProfileTable {
  /** The name, with its schema: `public.profile`. */
  readonly table: string
  /** The column of the id, a `uuid` and the primary key. */
  readonly id: string
  /** The column that gets the id of the Stripe customer. */
  readonly customer: string
  /** The column of the e-mail. Default: it comes from `auth.users`, which has the same ids. */
  readonly email?: string
}

/** In the order in which they are applied. `table.sql` is the only one that depends on the table. */
const files = [
  'work-table.sql',
  'event-table.sql',
  'supabase-auth.sql',
  'rule.sql',
  'details.sql',
  'work-triggers.sql',
  'wake-ups.sql',
  'notify-route.sql',
  'hooks.sql',
  'vanished.sql',
  'table.sql',
  'account.sql',
  'claim.sql',
  'complete.sql',
  'record.sql',
  'links.sql',
  'events.sql',
  'read.sql',
  'reconcile.sql',
  'grants.sql',
] as const

/**
 * Returns the SQL that installs the engine for a table of profiles, or upgrades it. It can be applied again.
 *
 * @throws TypeError if a name is empty, or the table has no schema
 */
export function generateSql(profiles: ProfileTable): string {
  const sql = files.map(readSqlFile).join('\n')
  return createTemplate(profiles, listSignatures(sql))(sql)
}

/** Lists the functions that the SQL creates, with the names and types of their arguments: `public.add(a integer, b integer)`. */
export function listSignatures(sql: string): string[] {
  const created = sql.matchAll(/^\s*create (?:or replace )?function (public\.\w+\([^)]*\))/gm)
  return [...created].map(([, signature = '']) =>
    signature
      .replaceAll(/ default [^,)]+/g, '')
      .replaceAll(/\s+/g, ' ')
      .replaceAll(/(?<=\() | (?=\))/g, ''),
  )
}

function readSqlFile(file: string): string {
  return readFileSync(new URL(`../../sql/${file}`, import.meta.url), 'utf8')
}

/** Creates a function that replaces the placeholders of the SQL. */
function createTemplate(
  { table, id, customer, email }: ProfileTable,
  functions: readonly string[],
): (sql: string) => string {
  const emailSource = email === undefined ? { table: 'auth.users', id: 'id', email: 'email' } : { table, id, email }
  const values: Readonly<Record<string, string>> = {
    table: quoteTable(table),
    table_literal: quoteLiteral(quoteTable(table)),
    id: quoteIdentifier(id),
    id_literal: quoteLiteral(id),
    customer: quoteIdentifier(customer),
    customer_literal: quoteLiteral(customer),
    email: quoteIdentifier(emailSource.email),
    email_literal: quoteLiteral(emailSource.email),
    email_table: quoteTable(emailSource.table),
    email_table_literal: quoteLiteral(quoteTable(emailSource.table)),
    functions: functions.map(quoteLiteral).join(',\n    '),
    email_id_literal: quoteLiteral(emailSource.id),
    email_expression:
      email === undefined
        ? `(select users.email::text from auth.users as users where users.id = profile.${quoteIdentifier(id)})`
        : `profile.${quoteIdentifier(email)}::text`,
  }
  return (sql) =>
    sql.replaceAll(/\{\{(\w+)\}\}/g, (placeholder, name: string) => {
      const value = values[name]
      if (value === undefined) throw new TypeError(`The SQL has an unknown placeholder: ${placeholder}.`)
      return value
    })
}
