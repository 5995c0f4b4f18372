-- Records both schemas as installed extensions, so that `create extension if not exists pg_net` in a migration does here
-- what it does on a hosted project that has it: a notice, and nothing else. Needs a superuser.
insert into pg_catalog.pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
select
  pg_nextoid('pg_catalog.pg_extension', 'oid', 'pg_catalog.pg_extension_oid_index'),
  provided.name,
  current_user::regrole,
  provided.schema::regnamespace,
  false,
  'sandbox'
from (values ('pg_net', 'net'), ('supabase_vault', 'vault')) as provided (name, schema)
where not exists (select from pg_catalog.pg_extension where extname = provided.name);
