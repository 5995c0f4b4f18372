import { readFileSync } from 'node:fs'
import type { ProfileTable } from '../src/sql/generate-sql.ts'

/** The schema of another project, before it installs the engine. */
export interface ForeignProject {
  readonly name: string
  readonly schema: string
  readonly profiles: ProfileTable
}

const own = new URL('../../../supabase/migrations/20261124020001_profile.sql', import.meta.url)

/** Projects that have never seen this repository, in the shape of public examples, and ours. */
export const foreignProjects: readonly ForeignProject[] = [
  {
    // https://supabase.com/docs/guides/auth/managing-user-data, with the column that the engine needs.
    name: "the quickstart's profiles",
    schema: `
      create table public.profiles (
        id uuid not null references auth.users on delete cascade,
        first_name text,
        last_name text,
        primary key (id)
      );
      alter table public.profiles enable row level security;
      create function public.handle_new_user() returns trigger language plpgsql security definer set search_path = '' as $$
      begin
        insert into public.profiles (id, first_name, last_name)
        values (new.id, new.raw_user_meta_data ->> 'first_name', new.raw_user_meta_data ->> 'last_name');
        return new;
      end;
      $$;
      create trigger on_auth_user_created after insert on auth.users
        for each row execute procedure public.handle_new_user();
      alter table public.profiles add column stripe_customer_id text;
    `,
    profiles: { table: 'public.profiles', id: 'id', customer: 'stripe_customer_id' },
  },
  {
    name: 'a table "users" in a schema of its own, with another id and no e-mail',
    schema: `
      create schema app;
      create table app.users (
        pk bigint generated always as identity primary key,
        auth_id uuid not null unique references auth.users on delete cascade,
        "stripe Id" character varying
      );
      create function app.add_user() returns trigger language plpgsql security definer set search_path = '' as $$
      begin
        insert into app.users (auth_id) values (new.id);
        return new;
      end;
      $$;
      create trigger add_user after insert on auth.users for each row execute procedure app.add_user();
    `,
    profiles: { table: 'app.users', id: 'auth_id', customer: 'stripe Id' },
  },
  {
    name: 'our own profiles',
    schema: readFileSync(own, 'utf8'),
    profiles: { table: 'public.profile', id: 'id', customer: 'stripe_customer', email: 'email' },
  },
]

/** Reads every object of a database that a migration can create, with its definition and its rights. */
export const catalogueQuery = `
  select 'function' as kind, oid::regprocedure::text as name, prosrc as definition, proacl::text as rights
  from pg_proc where pronamespace not in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
  union all
  select 'trigger', tgname || ' on ' || tgrelid::regclass, pg_get_triggerdef(oid), null
  from pg_trigger where not tgisinternal
  union all
  select 'relation', oid::regclass::text, relkind::text || relrowsecurity::text, relacl::text
  from pg_class where relnamespace not in (
    'pg_catalog'::regnamespace, 'information_schema'::regnamespace, 'pg_toast'::regnamespace
  )
  union all
  select 'column', attrelid::regclass || '.' || attname, format_type(atttypid, atttypmod) || attnotnull, attacl::text
  from pg_attribute join pg_class on pg_class.oid = attrelid
  where relkind in ('r', 'p', 'v') and attnum > 0 and not attisdropped
    and relnamespace not in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
  union all
  select 'constraint', conname || ' on ' || conrelid::regclass, pg_get_constraintdef(oid), null
  from pg_constraint where contype <> 't' and conrelid <> 0
    and connamespace not in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
  union all
  select 'policy', polname || ' on ' || polrelid::regclass, pg_get_expr(polqual, polrelid), null from pg_policy
  union all
  select 'schema', nspname, null, nspacl::text from pg_namespace where nspname not like 'pg\\_%'
  union all
  select 'extension', extname, extversion, null from pg_extension
  union all
  select 'type', oid::regtype::text, typtype::text, typacl::text from pg_type
  where typnamespace not in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace, 'pg_toast'::regnamespace)
  order by 1, 2, 3
`
