import type { ProfileTable } from '../sql/generate-sql.ts'
import type { PreflightFacts } from './read-facts.ts'

/** What the preflight found. Nothing was changed. */
export interface PreflightReport {
  /** What has to be solved before the migration can be applied, each with its remedy. */
  readonly problems: readonly string[]
  /** What the migration will do or leave out. */
  readonly notes: readonly string[]
}

const oldestVersion = 140_000
const textTypes = new Set(['text', 'character varying', 'citext'])

/** Decides which obstacles the engine has in a database, and what else a person should know. Pure. */
export function decidePreflight(facts: PreflightFacts, profiles: ProfileTable): PreflightReport {
  const problems = [...findInTable(facts, profiles), ...findInRights(facts, profiles), ...findInNames(facts, profiles)]
  return { problems, notes: [...describeRows(facts, profiles), ...describeParts(facts)] }
}

function findInTable(facts: PreflightFacts, { table, id, customer, email }: ProfileTable): string[] {
  if (facts.kind === null)
    return [`The table ${table} does not exist. Name it with its schema: --table public.profiles.`]
  if (facts.kind !== 'r' && facts.kind !== 'p')
    return [`${table} is not a table, and only tables have triggers for rows.`]
  const columnOf = (name: string) => facts.columns.find((column) => column.name === name)
  const problems: string[] = []
  const idColumn = columnOf(id)
  if (idColumn === undefined) problems.push(`${table} has no column ${id}. Name the one of the id with --id.`)
  else if (idColumn.type !== 'uuid')
    problems.push(`${table}.${id} is ${idColumn.type}. The engine needs ids of the type uuid.`)
  else if (!idColumn.unique || !idColumn.not_null)
    problems.push(`${table}.${id} can be null or occur twice. Make it the primary key.`)

  const customerColumn = columnOf(customer)
  if (customerColumn === undefined)
    problems.push(
      `${table} has no column ${customer}. Add it: alter table ${table} add column ${customer} text unique;`,
    )
  else if (!textTypes.has(customerColumn.type))
    problems.push(`${table}.${customer} is ${customerColumn.type}. The id of a customer is text.`)
  const shared = facts.rows?.shared ?? 0
  if (shared > 0)
    problems.push(
      `${shared} rows of ${table} share a customer with another row. Each profile needs its own: clear the wrong links.`,
    )

  if (email === undefined) {
    if (!facts.has_users)
      problems.push('There is no auth.users to read e-mails from. Name a column of the table with --email.')
  } else if (!textTypes.has(columnOf(email)?.type ?? ''))
    problems.push(`${table} has no column ${email} of text. Name the one of the e-mail with --email, or leave it out.`)
  return problems
}

function findInRights(facts: PreflightFacts, { table, email }: ProfileTable): string[] {
  const problems: string[] = []
  if (facts.version < oldestVersion) problems.push('The engine needs PostgreSQL 14 or newer.')
  if (!facts.can_create)
    problems.push('This role cannot create in the schema public. Connect as the owner of the database.')
  if (facts.kind !== null && !facts.can_add_triggers)
    problems.push(`This role cannot add triggers to ${table}. Connect as the owner of the table.`)
  if (email === undefined && facts.has_users && !facts.can_watch_users)
    problems.push('This role cannot add triggers to auth.users, where the e-mails are. Connect as postgres.')
  return problems
}

function findInNames(
  { existing, replaceable, installed_for: installedFor }: PreflightFacts,
  { table }: ProfileTable,
): string[] {
  if (installedFor === null)
    return existing
      .filter((name) => !replaceable.includes(name))
      .map((name) => `The ${name} exists, and is not the engine's. Rename or drop it.`)
  const isSame = [table, table.replace(/^public\./, '')].includes(installedFor.replaceAll('"', ''))
  if (isSame) return []
  return [`The engine is installed for ${installedFor}. Uninstall it there first, with sql --uninstall.`]
}

function describeRows({ rows }: PreflightFacts, { table, customer }: ProfileTable): string[] {
  if (rows === null) return []
  const unlinked = rows.profiles - rows.linked
  const notes: string[] = []
  if (unlinked > 0)
    notes.push(
      `${unlinked} rows of ${table} have no customer yet. The migration leaves them; "npx stripe-customers reconcile --fix" links those whose customer in Stripe carries metadata.profile_id, and creates the others.`,
    )
  if (rows.linked > 0)
    notes.push(
      `${rows.linked} rows of ${table} have a customer, which they keep. "npx stripe-customers reconcile --fix" checks each, and marks it with metadata.profile_id. Every ${customer} must be of the account of STRIPE_SECRET_KEY.`,
    )
  if (rows.strangers !== null && rows.strangers > 0)
    notes.push(
      `${rows.strangers} rows of ${table} have an id that is not in auth.users. Their customers get no e-mail.`,
    )
  return notes
}

function describeParts(facts: PreflightFacts): string[] {
  const notes: string[] = []
  if (facts.installed_for !== null)
    notes.push(`The engine is installed for ${facts.installed_for}. The migration upgrades it.`)
  for (const name of facts.existing.filter((one) => facts.replaceable.includes(one) && facts.installed_for === null))
    notes.push(`The ${name} exists. The engine uses it instead of its own.`)
  if (!facts.has_net || !facts.has_vault) {
    const missing = [facts.has_net ? [] : 'pg_net', facts.has_vault ? [] : 'Vault'].flat().join(' and ')
    notes.push(`There is no ${missing}, so a sign-up does not notify your route. The schedule creates its customer.`)
  }
  if (!facts.has_cron)
    notes.push('There is no pg_cron. Let another scheduler call the route of the sweep every minute.')
  if (!facts.has_service_role)
    notes.push('There is no role service_role. Connect the engine as the owner of its functions, with DATABASE_URL.')
  return notes
}
