-- Records both schemas as installed extensions. Then `create extension if not exists pg_net` in a migration only prints a
-- notice, as on a hosted project that has the extension. Requires a superuser.
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
