import { z } from 'zod'
import { listEngineObjects } from '../sql/engine-objects.ts'
import type { ProfileTable } from '../sql/generate-sql.ts'
import type { PostgresClient } from '../store/postgres-functions.ts'

const countSchema = z.coerce.number()
const columnSchema = z.object({ name: z.string(), type: z.string(), unique: z.boolean(), not_null: z.boolean() })

const factsSchema = z.object({
  version: z.coerce.number(),
  /** Null if there is no such relation. */
  kind: z.string().nullable(),
  columns: z.array(columnSchema),
  can_create: z.boolean(),
  can_add_triggers: z.boolean(),
  has_users: z.boolean(),
  can_watch_users: z.boolean(),
  /** The names that the engine uses and that exist, such as `function public.link_stripe_customer`. */
  existing: z.array(z.string()),
  /** The table of profiles of an engine that is installed. Null if none is. */
  installed_for: z.string().nullable(),
  has_net: z.boolean(),
  has_vault: z.boolean(),
  has_cron: z.boolean(),
  has_service_role: z.boolean(),
})

const rowsSchema = z.object({
  profiles: countSchema,
  linked: countSchema,
  shared: countSchema,
  strangers: countSchema.nullable(),
})

/** What a database has, before the engine is installed in it. */
export interface PreflightFacts extends z.infer<typeof factsSchema> {
  /** The functions that a project can replace by its own, in the form of `existing`. */
  readonly replaceable: readonly string[]
  /** Null if the table or a column is missing. */
  readonly rows: z.infer<typeof rowsSchema> | null
}

/** Reads what a database has. Changes nothing. */
export async function readFacts(client: PostgresClient, profiles: ProfileTable): Promise<PreflightFacts> {
  const { table, id, customer, email } = profiles
  const { tables, views, indexes, functions, defaults, triggers } = listEngineObjects(profiles)
  const qualified = quoteTable(table)
  const values = [
    qualified,
    [...tables, ...views, ...indexes],
    [...functions, ...defaults.map(({ name }) => name)],
    triggers.map(({ name }) => name),
    triggers.map((trigger) => trigger.table),
  ]
  const facts = {
    ...factsSchema.parse((await client.query(factsQuery, values)).rows[0]),
    replaceable: defaults.map(({ name }) => `function public.${name}`),
  }
  const has = (name: string): boolean => facts.columns.some((column) => column.name === name)
  if (!has(id) || !has(customer) || (email === undefined && !facts.has_users)) return { ...facts, rows: null }

  const column = quoteIdentifier(customer)
  const rows = await client.query(
    `select
      count(*) as profiles,
      count(${column}) as linked,
      count(${column}) - count(distinct ${column}) as shared,
      ${email === undefined ? `count(*) filter (where not exists (select from auth.users as u where u.id::text = p.${quoteIdentifier(id)}::text))` : 'null'} as strangers
    from ${qualified} as p`,
    [],
  )
  return { ...facts, rows: rowsSchema.parse(rows.rows[0]) }
}

/** `$1`: the table; `$2`: relations, `$3`: functions, `$4` and `$5`: triggers and their tables, all of the engine. */
const factsQuery = `
  select
    current_setting('server_version_num') as version,
    (select relkind::text from pg_class where oid = to_regclass($1)) as kind,
    coalesce((
      select json_agg(json_build_object(
        'name', attname,
        'type', format_type(atttypid, null),
        'not_null', attnotnull,
        'unique', exists (
          select from pg_index
          where indrelid = attrelid and indkey[0] = attnum and indnkeyatts = 1 and indisunique and indpred is null
        )
      ))
      from pg_attribute where attrelid = to_regclass($1) and attnum > 0 and not attisdropped
    ), '[]') as columns,
    has_schema_privilege('public', 'create') as can_create,
    coalesce(has_table_privilege(to_regclass($1), 'trigger'), false) as can_add_triggers,
    to_regclass('auth.users') is not null as has_users,
    coalesce(has_table_privilege(to_regclass('auth.users'), 'trigger'), false) as can_watch_users,
    coalesce((
      select json_agg(name order by name) from (
        select 'relation public.' || relname as name from pg_class
        where relnamespace = 'public'::regnamespace and relname = any ($2::text[])
          -- The index on the table of profiles is the engine's only there.
          and relname <> 'stripe_customer_profile_customer'
        union
        select 'function public.' || proname from pg_proc
        where pronamespace = 'public'::regnamespace and proname = any ($3::text[])
        union
        select 'trigger ' || tgname || ' on ' || tgrelid::regclass from pg_trigger
        where exists (
          select from unnest($4::text[], $5::text[]) as engine (name, on_table)
          where engine.name = tgname and to_regclass(engine.on_table) = tgrelid
        )
      ) as existing
    ), '[]') as existing,
    (
      select min(profiles.oid::regclass::text)
      from pg_depend
      join pg_rewrite on pg_rewrite.oid = objid and classid = 'pg_rewrite'::regclass
      join pg_class as profiles on profiles.oid = refobjid and refclassid = 'pg_class'::regclass
      where ev_class = to_regclass('public.stripe_customer_profile')
        and profiles.oid not in (ev_class, coalesce(to_regclass('auth.users'), 0))
        and to_regclass('public.stripe_customer_work') is not null
    ) as installed_for,
    to_regnamespace('net') is not null as has_net,
    to_regclass('vault.decrypted_secrets') is not null as has_vault,
    to_regnamespace('cron') is not null as has_cron,
    to_regrole('service_role') is not null as has_service_role
`

/** Quotes a table as {@link listEngineObjects} does. */
function quoteTable(table: string): string {
  const dot = table.indexOf('.')
  return `${quoteIdentifier(table.slice(0, dot))}.${quoteIdentifier(table.slice(dot + 1))}`
}

function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
