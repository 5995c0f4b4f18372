import type { ProfileTable } from '../sql/generate-sql.ts'
import type { PreflightFacts } from './read-facts.ts'

const textTypes = new Set(['text', 'character varying', 'citext'])
/** The length of the ids that Stripe gives to customers. */
const idLength = 18

type Column = PreflightFacts['columns'][number]

/** Finds obstacles in the table of profiles. Pure. */
export function findInTable(facts: PreflightFacts, profiles: ProfileTable): string[] {
  const { table, id, customer } = profiles
  if (facts.kind === null)
    return [`The table ${table} does not exist. Name it with its schema: --table public.profiles.`]
  if (facts.kind === 'p')
    return [
      `${table} is partitioned, so Postgres cannot keep its customers unique. Keep the links in a table that is not, with a row for each user.`,
    ]
  if (facts.kind !== 'r') return [`${table} is not a table, and only tables have triggers for rows.`]
  const columnOf = (name: string): Column | undefined => facts.columns.find((column) => column.name === name)
  return [
    ...findInId(columnOf(id), profiles),
    ...findInCustomer(columnOf(customer), profiles, facts.name ?? table),
    ...findInRows(facts, profiles),
    ...findInEmail(facts, profiles, columnOf),
  ]
}

function findInId(column: Column | undefined, { table, id }: ProfileTable): string[] {
  if (column === undefined) return [`${table} has no column ${id}. Name the one of the id with --id.`]
  if (column.type !== 'uuid') return [`${table}.${id} is ${column.type}. The engine needs ids of the type uuid.`]
  if (!column.unique || !column.not_null) return [`${table}.${id} can be null or occur twice. Make it the primary key.`]
  return []
}

function findInCustomer(column: Column | undefined, { table, customer }: ProfileTable, name: string): string[] {
  if (column === undefined)
    return [`${table} has no column ${customer}. Add it: alter table ${table} add column ${customer} text unique;`]
  const alter = `alter table ${name} alter column ${column.quoted}`
  if (!textTypes.has(column.type)) return [`${table}.${customer} is ${column.type}. The id of a customer is text.`]
  if (column.generated)
    return [`${table}.${customer} is generated, so nothing can be written to it. Name another column with --customer.`]
  const problems: string[] = []
  if (column.length !== null && column.length < idLength)
    problems.push(`${table}.${customer} is too short for the id of a customer. Run: ${alter} type text;`)
  if (column.not_null)
    problems.push(
      `${table}.${customer} cannot be null, but a new profile has no customer yet. Run: ${alter} drop not null;`,
    )
  if (column.default !== null && !/^null\b/i.test(column.default))
    problems.push(
      `${table}.${customer} has a default, which the engine would take for a customer. Run: ${alter} drop default;`,
    )
  return problems
}

function findInRows(
  { rows, is_filtered: isFiltered, role, name, columns }: PreflightFacts,
  { table, customer }: ProfileTable,
): string[] {
  const problems: string[] = []
  if (isFiltered)
    problems.push(
      `Row-level security hides rows of ${table} from ${role}, which would own the engine. Apply the migration as a role with bypassrls, such as postgres of Supabase, or as the owner of the table after: alter table ${name ?? table} no force row level security;`,
    )
  const blank = rows?.blank ?? 0
  if (blank > 0) {
    const column = columns.find((one) => one.name === customer)?.quoted ?? customer
    problems.push(
      `${blank} rows of ${table} have a blank customer. Run: update ${name ?? table} set ${column} = null where trim(${column}) = '';`,
    )
  }
  const shared = rows?.shared ?? 0
  if (shared > 0)
    problems.push(
      `${shared} rows of ${table} share a customer with another row. Each profile needs its own: clear the wrong links.`,
    )
  return problems
}

function findInEmail(
  facts: PreflightFacts,
  { table, email }: ProfileTable,
  columnOf: (name: string) => Column | undefined,
): string[] {
  if (email === undefined)
    return facts.has_auth
      ? []
      : [
          facts.has_users
            ? 'auth.users is not that of Supabase Auth, so no e-mails can be read from it. Name a column of the table with --email.'
            : 'There is no auth.users to read e-mails from. Name a column of the table with --email.',
        ]
  if (textTypes.has(columnOf(email)?.type ?? '')) return []
  return [`${table} has no column ${email} of text. Name the one of the e-mail with --email, or leave it out.`]
}
