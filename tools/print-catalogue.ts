// npm run print-catalogue [directory]: applies the migrations to a new PGlite and prints every object that they create, one line
// each, sorted. Run it before and after a change of the migrations, and compare the outputs with diff.
import { createTestDatabase } from '@routekey/sandbox/test-database'

const objects = `
  select 'function ' || p.oid::regprocedure || ' ' || coalesce(p.proacl::text, '-') || ' '
    || coalesce(obj_description(p.oid), '') || ' ' || pg_get_functiondef(p.oid) as line
  from pg_proc as p where p.pronamespace = 'public'::regnamespace and p.prokind = 'f'
    and not exists (select from pg_depend where objid = p.oid and deptype = 'e')
  union all
  select 'relation ' || c.relname || ' ' || c.relkind::text || ' ' || c.relrowsecurity::text || ' ' || coalesce(c.relacl::text, '-')
    || ' ' || coalesce(c.reloptions::text, '') || ' ' || coalesce(obj_description(c.oid), '')
    || case when c.relkind = 'v' then ' ' || pg_get_viewdef(c.oid) else '' end
  from pg_class as c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'v', 'S', 'm', 'p')
  union all
  select 'column ' || a.attrelid::regclass || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || ' '
    || a.attnotnull::text || ' ' || a.attidentity::text || a.attgenerated::text || ' ' || coalesce(pg_get_expr(d.adbin, d.adrelid), '-')
    || ' ' || coalesce(a.attacl::text, '-') || ' ' || coalesce(col_description(a.attrelid, a.attnum), '')
  from pg_attribute as a join pg_class as c on c.oid = a.attrelid left join pg_attrdef as d on d.adrelid = c.oid and d.adnum = a.attnum
  where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'v') and a.attnum > 0 and not a.attisdropped
  union all
  select 'index ' || pg_get_indexdef(i.indexrelid) from pg_index as i join pg_class as c on c.oid = i.indexrelid
  where c.relnamespace = 'public'::regnamespace
  union all
  select 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
  from pg_constraint where connamespace = 'public'::regnamespace
  union all
  select 'trigger ' || tgrelid::regclass || ' ' || pg_get_triggerdef(oid) from pg_trigger
  where not tgisinternal and (tgrelid in (select oid from pg_class where relnamespace = 'public'::regnamespace)
    or tgfoid in (select oid from pg_proc where pronamespace = 'public'::regnamespace))
  union all
  select 'policy ' || tablename || ' ' || policyname || ' ' || permissive || ' ' || roles::text || ' ' || cmd || ' '
    || coalesce(qual, '-') || ' ' || coalesce(with_check, '-')
  from pg_policies where schemaname = 'public'
  union all
  select 'type ' || t.typname from pg_type as t where t.typnamespace = 'public'::regnamespace and t.typtype in ('e', 'd')
`

const [directory] = process.argv.slice(2)
const database = await createTestDatabase(directory === undefined ? {} : { migrationsDirectory: directory })
const { rows } = await database.query<{ line: string }>(objects)
for (const { line } of rows.toSorted((a, b) => (a.line < b.line ? -1 : 1))) console.log(JSON.stringify(line))
await database.close()
