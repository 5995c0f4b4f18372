import { listEngineObjects } from './engine-objects.ts'
import type { ProfileTable } from './generate-sql.ts'
import { quoteLiteral } from './quote.ts'

/**
 * Returns the SQL that drops everything that the engine has created in a database, and nothing else. The table of profiles keeps
 * its columns and its links. It fails, and changes nothing in a transaction, if another object depends on one of the engine's.
 *
 * @throws TypeError if a name is empty, or the table has no schema
 */
export function generateUninstallSql(profiles: ProfileTable): string {
  const { tables, views, signatures, defaults } = listEngineObjects(profiles)
  return [
    `-- Removes the engine of @routekey/stripe-customers from a database. Apply it in one transaction.
--
-- Customers in Stripe and the links to them in the table of profiles stay. With the table of work, the engine forgets which customers
-- of deleted users are still to be deleted: let it finish first, until "npx stripe-customers status" counts nothing as pending.
-- Extensions and the secrets in Vault stay too, because others may use them.`,
    '',
    // By what they call, because the engine may have been installed with other options.
    `do $uninstall$
declare
  found_object record;
begin
  -- The index that the engine adds to the table of profiles, unless the table has one.
  for found_object in
    select pg_index.indexrelid::regclass as name
    from pg_catalog.pg_index
    join pg_catalog.pg_class on pg_class.oid = indexrelid
    where relname = 'stripe_customer_profile_customer' and indisunique and indnatts = 1 and exists (
      select from pg_catalog.pg_trigger
      where tgrelid = indrelid and tgfoid = to_regprocedure('public.tombstone_stripe_customer_work()')
    )
  loop
    execute format('drop index %s', found_object.name);
  end loop;

  for found_object in
    select tgname as name, tgrelid::regclass as on_table
    from pg_catalog.pg_trigger
    where not tgisinternal and tgparentid = 0 and tgfoid in (
      select to_regprocedure(signature)
      from unnest(array[
        ${signatures
          .filter((signature) => signature.endsWith('()'))
          .map(quoteLiteral)
          .join(',\n        ')}
      ]) as signature
    )
  loop
    execute format('drop trigger %I on %s', found_object.name, found_object.on_table);
  end loop;
end
$uninstall$;`,
    '',
    ...views.toReversed().map((name) => `drop view if exists public.${name};`),
    '',
    // With their arguments, because a project may have functions of the same names.
    ...signatures.map((signature) => `drop function if exists ${signature};`),
    '',
    ...defaults.map(({ name, body }) => dropDefault(name, body)),
    ...tables.toReversed().map((name) => `drop table if exists public.${name};`),
    '',
  ].join('\n')
}

/** Drops a function if it is still the one that the engine created. An application may have replaced it by its own. */
function dropDefault(name: string, body: string): string {
  return `do $uninstall$
declare
  signature regprocedure;
begin
  for signature in
    select oid::regprocedure from pg_catalog.pg_proc
    where pronamespace = 'public'::regnamespace and proname = ${quoteLiteral(name)} and prosrc = ${quoteLiteral(body)}
  loop
    execute format('drop function %s', signature);
  end loop;
end
$uninstall$;
`
}
