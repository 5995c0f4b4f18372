-- Takes from other roles what pg_net grants to all of them. The queue holds the headers of each request until it is sent, and one
-- of them is the secret of the application's route.
--
-- On hosted Supabase, the extension belongs to a role that migrations cannot act for, so nothing can be revoked there. The
-- migration then succeeds with a warning: the API serves the schema `net` to nobody, and docs/deployment.md says what remains.
do $$
declare
  owner_name name;
  relation regclass;
  readers text;
begin
  select rolname into owner_name
  from pg_catalog.pg_namespace
  join pg_catalog.pg_roles on pg_roles.oid = nspowner
  where nspname = 'net';
  if owner_name is null then
    return;
  end if;

  if pg_has_role(current_user, owner_name, 'usage') then
    -- The triggers that send run as this role.
    execute format('grant usage on schema net to %I', current_user);
    revoke usage on schema net from public, anon, authenticated, service_role;
  end if;
  for relation in
    select oid from pg_catalog.pg_class
    where relnamespace = 'net'::regnamespace
      and relkind in ('r', 'S')
      and pg_has_role(current_user, relowner, 'usage')
  loop
    execute format(
      'grant all on %s %s to %I',
      (select case relkind when 'S' then 'sequence' else 'table' end from pg_catalog.pg_class where oid = relation),
      relation,
      current_user
    );
    execute format('revoke all on %s from public, anon, authenticated, service_role', relation);
  end loop;

  select string_agg(role, ', ') into readers
  from unnest(array['anon', 'authenticated', 'service_role']) as role
  where has_schema_privilege(role, 'net', 'usage')
    and has_table_privilege(role, 'net.http_request_queue', 'select');
  if readers is not null then
    raise warning 'These roles can still read net.http_request_queue, which belongs to %: %. Keep the schema net out of the exposed schemas of the API.',
      (select relowner::regrole from pg_catalog.pg_class where oid = 'net.http_request_queue'::regclass), readers;
  end if;
end
$$;
