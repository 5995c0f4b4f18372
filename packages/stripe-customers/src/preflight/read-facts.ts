import { z } from 'zod'
import { listEngineObjects } from '../sql/engine-objects.ts'
import type { ProfileTable } from '../sql/generate-sql.ts'
import { quoteIdentifier, quoteTable, splitTable } from '../sql/quote.ts'
import type { PostgresClient } from '../store/postgres-functions.ts'
import { factsQuery } from './facts-query.ts'

const countSchema = z.coerce.number()
const columnSchema = z.object({
  name: z.string(),
  /** As SQL writes it. */
  quoted: z.string(),
  type: z.string(),
  /** The characters that fit. Null without a limit. */
  length: z.number().nullable(),
  not_null: z.boolean(),
  generated: z.boolean(),
  default: z.string().nullable(),
  /** Whether a sequence gives its values. */
  numbered: z.boolean(),
  unique: z.boolean(),
})

const factsSchema = z.object({
  version: z.coerce.number(),
  role: z.string(),
  /** The table as SQL writes it. Null if there is no such relation. */
  name: z.string().nullable(),
  kind: z.string().nullable(),
  columns: z.array(columnSchema),
  can_create: z.boolean(),
  can_add_triggers: z.boolean(),
  can_read: z.boolean(),
  is_owner: z.boolean(),
  /** Whether row-level security hides rows of the table from this role. */
  is_filtered: z.boolean(),
  has_users: z.boolean(),
  /** Whether `auth.users` is that of Supabase Auth. */
  has_auth: z.boolean(),
  can_watch_users: z.boolean(),
  /** Whether this role reads all of `auth.users`. */
  can_read_users: z.boolean(),
  /** The names that the engine uses and that exist, such as `function public.link_stripe_customer`. */
  existing: z.array(z.string()),
  /** The name of the index on the customer, if something else has it. */
  taken_index: z.string().nullable(),
  /** The table of profiles of an engine that is installed, and its columns that the engine reads. */
  installed: z.object({ table: z.string(), columns: z.array(z.string()).nullable() }).nullable(),
  /** The roles of the Data API that may write the customer, and the other columns that each may write. */
  writers: z.array(z.object({ role: z.string(), command: z.enum(['insert', 'update']), others: z.array(z.string()) })),
  has_net: z.boolean(),
  has_vault: z.boolean(),
  has_cron: z.boolean(),
  has_service_role: z.boolean(),
})

const rowsSchema = z.object({
  profiles: countSchema,
  linked: countSchema,
  blank: countSchema,
  shared: countSchema,
  strangers: countSchema.nullable(),
})

/** What a database has, before the engine is installed in it. */
export interface PreflightFacts extends z.infer<typeof factsSchema> {
  /** The functions that a project can replace by its own, in the form of `existing`. */
  readonly replaceable: readonly string[]
  /** Null if the table or a column is missing, or cannot be read. */
  readonly rows: z.infer<typeof rowsSchema> | null
}

/** Reads what a database has. Changes nothing. */
export async function readFacts(client: PostgresClient, profiles: ProfileTable): Promise<PreflightFacts> {
  const { table, id, customer, email } = profiles
  const { tables, views, indexes, functions, defaults, triggers } = listEngineObjects(profiles)
  const { schema, name } = splitTable(table)
  const values = [
    schema,
    name,
    [...tables, ...views, ...indexes],
    [...functions, ...defaults.map((one) => one.name)],
    triggers.map((trigger) => trigger.name),
    triggers.map((trigger) => trigger.table),
    customer,
  ]
  const facts = {
    ...factsSchema.parse((await client.query(factsQuery, values)).rows[0]),
    replaceable: defaults.map((one) => `function public.${one.name}`),
  }
  const has = (column: string): boolean => facts.columns.some((one) => one.name === column)
  if (!has(id) || !has(customer) || !facts.can_read || facts.is_filtered) return { ...facts, rows: null }

  const column = `p.${quoteIdentifier(customer)}`
  const strangers =
    email === undefined && facts.has_auth && facts.can_read_users
      ? `count(*) filter (where not exists (select from auth.users as u where u.id::text = p.${quoteIdentifier(id)}::text))`
      : 'null'
  const rows = await client.query(
    `select
      count(*) as profiles,
      count(${column}) as linked,
      count(*) filter (where trim(${column}::text) = '') as blank,
      count(${column}) - count(distinct ${column}) as shared,
      ${strangers} as strangers
    from ${quoteTable(table)} as p`,
    [],
  )
  return { ...facts, rows: rowsSchema.parse(rows.rows[0]) }
}
