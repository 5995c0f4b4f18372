/**
 * Reads the catalogue, and no table, because a role may lack rights on any of them. `$1`: the schema and `$2`: the name of the table;
 * `$3`: relations, `$4`: functions, `$5` and `$6`: triggers and their tables, all of the engine; `$7`: the column of the customer.
 */
export const factsQuery = `
  with relation as (
    select pg_class.oid, nspname, relname, relnamespace, relkind, relrowsecurity, relacl
    from pg_class join pg_namespace on pg_namespace.oid = relnamespace
  ),
  profiles as (select * from relation where nspname = $1 and relname = $2),
  users as (select * from relation where nspname = 'auth' and relname = 'users'),
  engine_view as (select * from relation where nspname = 'public' and relname = 'stripe_customer_profile')
  select
    current_setting('server_version_num') as version,
    current_user::text as role,
    (select quote_ident(nspname) || '.' || quote_ident(relname) from profiles) as name,
    (select relkind::text from profiles) as kind,
    coalesce((
      select json_agg(json_build_object(
        'name', attname,
        'quoted', quote_ident(attname),
        'type', format_type(atttypid, null),
        'length', case when atttypid = 'varchar'::regtype and atttypmod > 4 then atttypmod - 4 end,
        'not_null', attnotnull,
        'generated', attgenerated <> '',
        'default', pg_get_expr(adbin, adrelid),
        'numbered', attidentity <> '' or coalesce(pg_get_expr(adbin, adrelid) like '%nextval(%', false),
        'unique', exists (
          select from pg_index
          where indrelid = attrelid and indkey[0] = attnum and indnkeyatts = 1 and indisunique and indpred is null
        )
      ) order by attnum)
      from pg_attribute left join pg_attrdef on adrelid = attrelid and adnum = attnum
      where attrelid = (select oid from profiles) and attnum > 0 and not attisdropped
    ), '[]') as columns,
    has_schema_privilege('public', 'create') as can_create,
    coalesce((
      select has_schema_privilege(relnamespace, 'usage') and has_table_privilege(oid, 'trigger') from profiles
    ), false) as can_add_triggers,
    coalesce((
      select has_schema_privilege(relnamespace, 'usage') and has_table_privilege(oid, 'select') from profiles
    ), false) as can_read,
    coalesce((select pg_has_role(relowner, 'usage') from pg_class where oid = (select oid from profiles)), false) as is_owner,
    coalesce((select row_security_active(oid) from profiles), false) as is_filtered,
    exists (select from users) as has_users,
    (
      select count(*) = 6 from pg_attribute
      where attrelid = (select oid from users) and not attisdropped and (
        attname = 'email'
        or attname = 'id' and atttypid = 'uuid'::regtype
        or attname in ('created_at', 'email_confirmed_at', 'phone_confirmed_at') and atttypid = 'timestamptz'::regtype
        or attname = 'is_anonymous' and atttypid = 'boolean'::regtype
      )
    ) as has_auth,
    coalesce((
      select has_schema_privilege(relnamespace, 'usage') and has_table_privilege(oid, 'trigger') from users
    ), false) as can_watch_users,
    coalesce((
      select has_schema_privilege(relnamespace, 'usage') and has_table_privilege(oid, 'select') and not row_security_active(oid)
      from users
    ), false) as can_read_users,
    coalesce((
      select json_agg(name order by name) from (
        select 'relation public.' || relname as name from relation
        where nspname = 'public' and relname = any ($3::text[]) and relname <> 'stripe_customer_profile_customer'
        union
        select 'type public.' || typname from pg_type
        where typnamespace = 'public'::regnamespace and typname = any ($3::text[]) and typrelid = 0
        union
        select 'function public.' || proname from pg_proc
        where pronamespace = 'public'::regnamespace and proname = any ($4::text[])
        union
        select 'trigger ' || tgname || ' on ' || tgrelid::regclass from pg_trigger
        join relation on relation.oid = tgrelid
        join unnest($5::text[], $6::text[]) as engine (name, on_table)
          on engine.name = tgname and replace(engine.on_table, '"', '') = nspname || '.' || relname
      ) as existing
    ), '[]') as existing,
    -- The index is added to the table unless the column has one.
    (
      select format('relation %I.%I', nspname, relname) from relation
      where relname = 'stripe_customer_profile_customer' and relnamespace = (select relnamespace from profiles)
        and not exists (
          select from pg_index join pg_attribute on attrelid = indrelid and attnum = indkey[0]
          where indrelid = (select oid from profiles) and indisunique and indisvalid and indnkeyatts = 1
            and indpred is null and attname = $7
        )
    ) as taken_index,
    (
      select json_build_object(
        'table', nspname || '.' || relname,
        'columns', (
          select json_agg(distinct attname) from pg_attribute join pg_depend on refobjid = attrelid and refobjsubid = attnum
          where attrelid = relation.oid and classid = 'pg_rewrite'::regclass and refclassid = 'pg_class'::regclass
            and objid in (select oid from pg_rewrite where ev_class = (select oid from engine_view))
        )
      )
      from relation
      where exists (select from relation where nspname = 'public' and relname = 'stripe_customer_work')
        and oid <> (select oid from engine_view) and oid is distinct from (select oid from users)
        and oid in (
          select refobjid from pg_depend
          where classid = 'pg_rewrite'::regclass and refclassid = 'pg_class'::regclass
            and objid in (select oid from pg_rewrite where ev_class = (select oid from engine_view))
        )
      limit 1
    ) as installed,
    -- The roles of the Data API that may write the link, and their other columns.
    coalesce((
      select json_agg(json_build_object('role', role, 'command', command, 'others', others) order by role, command)
      from profiles
      cross join (
        select 'public'::name as role union select rolname from pg_roles where rolname in ('anon', 'authenticated')
      ) as roles
      cross join (values ('insert', 'a'), ('update', 'w')) as commands (command, letter)
      join pg_attribute as customer on customer.attrelid = profiles.oid and customer.attname = $7
      cross join lateral (
        select coalesce(json_agg(quote_ident(attname) order by attnum), '[]') as others from pg_attribute
        where attrelid = profiles.oid and attnum > 0 and not attisdropped and attname <> $7
          and has_column_privilege(role, profiles.oid, attnum, command)
      ) as columns
      where has_schema_privilege(role, relnamespace, 'usage')
        and has_column_privilege(role, profiles.oid, customer.attnum, command)
        and (not relrowsecurity or exists (
          select from pg_policy
          where polrelid = profiles.oid and polpermissive and polcmd in ('*', letter)
            and (0 = any (polroles) or exists (
              select from unnest(polroles) as member
              where case when role = 'public' then false else pg_has_role(role, member, 'usage') end
            ))
            and coalesce(pg_get_expr(polwithcheck, polrelid), pg_get_expr(polqual, polrelid)) is distinct from 'false'
            and (command = 'insert' or pg_get_expr(polqual, polrelid) is distinct from 'false')
        ))
    ), '[]') as writers,
    to_regnamespace('net') is not null as has_net,
    exists (select from relation where nspname = 'vault' and relname = 'decrypted_secrets') as has_vault,
    to_regnamespace('cron') is not null as has_cron,
    to_regrole('service_role') is not null as has_service_role
`
