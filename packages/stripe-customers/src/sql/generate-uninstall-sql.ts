import { listEngineObjects } from './engine-objects.ts'
import type { ProfileTable } from './generate-sql.ts'

/**
 * Returns the SQL that drops everything that the engine has created in a database, and nothing else. The table of profiles keeps
 * its columns and its links. It fails, and changes nothing in a transaction, if another object depends on one of the engine's.
 *
 * @throws TypeError if a name is empty, or the table has no schema
 */
export function generateUninstallSql(profiles: ProfileTable): string {
  const { tables, views, functions, defaults, triggers } = listEngineObjects(profiles)
  return [
    `-- Removes the engine of @routekey/stripe-customers from a database. Apply it in one transaction.
--
-- Customers in Stripe and the links to them in the table of profiles stay. With the table of work, the engine forgets which customers
-- of deleted users are still to be deleted: let it finish first, until "npx stripe-customers status" counts nothing as pending.
-- Extensions and the secrets in Vault stay too, because others may use them.`,
    '',
    ...triggers.map(({ name, table }) => `drop trigger if exists ${name} on ${table};`),
    '',
    ...views.toReversed().map((name) => `drop view if exists public.${name};`),
    '',
    // Also functions of earlier versions, whose arguments were others.
    `do $uninstall$
declare
  signature regprocedure;
begin
  for signature in
    select oid::regprocedure from pg_catalog.pg_proc
    where pronamespace = 'public'::regnamespace and proname in (
      ${functions.map(quote).join(',\n      ')}
    )
  loop
    execute format('drop function %s', signature);
  end loop;
${defaults.map(({ name, body }) => dropDefault(name, body)).join('')}end
$uninstall$;`,
    '',
    ...tables.toReversed().map((name) => `drop table if exists public.${name};`),
    '',
    dropOwnIndex(profiles),
  ].join('\n')
}

/** Drops a function if it is still the one that the engine created. An application may have replaced it by its own. */
function dropDefault(name: string, body: string): string {
  return `
  for signature in
    select oid::regprocedure from pg_catalog.pg_proc
    where pronamespace = 'public'::regnamespace and proname = ${quote(name)} and prosrc = ${quote(body)}
  loop
    execute format('drop function %s', signature);
  end loop;
`
}

/** The index that the engine adds to the table of profiles, unless the table has one. */
function dropOwnIndex({ table }: ProfileTable): string {
  const schema = table.slice(0, table.indexOf('.')).replaceAll('"', '""')
  return `drop index if exists "${schema}".stripe_customer_profile_customer;\n`
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
