import type { ProfileTable } from '../sql/generate-sql.ts'
import { findInTable } from './find-in-table.ts'
import { findWriters } from './find-writers.ts'
import type { PreflightFacts } from './read-facts.ts'

/** What the preflight found. Nothing was changed. */
export interface PreflightReport {
  /** What has to be solved before the migration can be applied, each with its remedy. */
  readonly problems: readonly string[]
  /** What the migration will do or leave out, and what could not be checked. */
  readonly notes: readonly string[]
}

const oldestVersion = 140_000
/** The longest id that Stripe may give to an object. */
const longestId = 255

/** Decides which obstacles the engine has in a database, and what else a person should know. Pure. */
export function decidePreflight(facts: PreflightFacts, profiles: ProfileTable): PreflightReport {
  const problems = [
    ...findInTable(facts, profiles),
    ...findInRights(facts, profiles),
    ...findInNames(facts, profiles),
    ...findWriters(facts, profiles),
  ]
  return { problems, notes: [...describeRows(facts, profiles), ...describeParts(facts, profiles)] }
}

function findInRights(facts: PreflightFacts, { table }: ProfileTable): string[] {
  const problems: string[] = []
  if (facts.version < oldestVersion) problems.push('The engine needs PostgreSQL 14 or newer.')
  if (!facts.can_create)
    problems.push('This role cannot create in the schema public. Connect as the owner of the database.')
  if (facts.kind !== null && !facts.can_add_triggers)
    problems.push(`This role cannot add triggers to ${table}. Connect as the owner of the table.`)
  if (facts.has_auth && !facts.can_watch_users)
    problems.push('This role cannot add triggers to auth.users, which confirms users. Connect as postgres.')
  else if (facts.has_auth && !facts.can_read_users)
    problems.push('This role cannot read all of auth.users, which confirms users. Connect as postgres.')
  return problems
}

function askToRename(name: string): string {
  return `The ${name} exists, and is not the engine's. Rename or drop it.`
}

function findInNames(
  { existing, replaceable, installed, taken_index: takenIndex }: PreflightFacts,
  { table, id, customer }: ProfileTable,
): string[] {
  if (installed === null)
    return [
      ...existing.filter((name) => !replaceable.includes(name)),
      ...(takenIndex === null ? [] : [takenIndex]),
    ].map(askToRename)
  const columns = installed.columns ?? []
  if (installed.table !== table || !columns.includes(id) || !columns.includes(customer))
    return [
      `The engine is installed for ${installed.table} with the columns ${columns.join(', ')}. Uninstall it there first, with sql --uninstall.`,
    ]
  return takenIndex === null ? [] : [askToRename(takenIndex)]
}

function describeRows({ rows, can_read: canRead, kind }: PreflightFacts, { table, customer }: ProfileTable): string[] {
  if (rows === null)
    return kind === null || canRead ? [] : [`This role cannot read ${table}, so its rows were not checked.`]
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

function describeParts(facts: PreflightFacts, { table, id, customer, email }: ProfileTable): string[] {
  const notes: string[] = []
  if (facts.installed !== null)
    notes.push(`The engine is installed for ${facts.installed.table}. The migration upgrades it.`)
  const others = (facts.installed?.columns ?? []).filter((column) => column !== id && column !== customer)
  if (facts.installed !== null && others.join() !== (email ?? ''))
    notes.push(`From now on, e-mails come from ${email === undefined ? 'auth.users' : `${table}.${email}`}.`)
  for (const name of facts.existing.filter((one) => facts.replaceable.includes(one) && facts.installed === null))
    notes.push(`The ${name} exists. The engine uses it instead of its own.`)
  const length = facts.columns.find(({ name }) => name === customer)?.length ?? longestId
  if (length < longestId)
    notes.push(`${table}.${customer} has room for ${length} characters. Stripe reserves ${longestId} for an id.`)
  if (email !== undefined && facts.has_users && !facts.has_auth)
    notes.push('auth.users is not that of Supabase Auth, so every profile gets a customer at once, confirmed or not.')
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
