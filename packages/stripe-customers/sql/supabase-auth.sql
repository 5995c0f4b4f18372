-- Recognises Supabase Auth by its columns, because a project may have an auth.users of its own. In the catalogue, because a role
-- without rights on the schema must be able to ask, too. Once, because each sign-up needs the answer: if Supabase Auth is added
-- later, apply this SQL again.
do $$
begin
  if (
    select count(*) = 6
    from pg_catalog.pg_attribute
    join pg_catalog.pg_class on pg_class.oid = attrelid
    where relnamespace = to_regnamespace('auth') and relname = 'users' and not attisdropped
      and (
        attname = 'email'
        or attname = 'id' and atttypid = 'uuid'::regtype
        or attname in ('created_at', 'email_confirmed_at', 'phone_confirmed_at') and atttypid = 'timestamptz'::regtype
        or attname = 'is_anonymous' and atttypid = 'boolean'::regtype
      )
  ) then
    create or replace function public.has_supabase_auth() returns boolean
    language plpgsql
    immutable
    set search_path = ''
    as $function$ begin return true; end $function$;
  else
    create or replace function public.has_supabase_auth() returns boolean
    language plpgsql
    immutable
    set search_path = ''
    as $function$ begin return false; end $function$;
  end if;
end
$$;
