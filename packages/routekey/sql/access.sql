-- Tells a row that does not exist from one that row-level security hides. `npx routekey sql` prints all files, in their order: they
-- need PostgreSQL 14 or newer, and can be applied to a new database, over every earlier version, and again.

-- Returns null if the caller sees every row of the tables with each command: `r` select, `w` update, `d` delete. Otherwise it raises
-- an error, because a hidden key would look like one that does not exist, and a hidden count like none.
create or replace function public.check_visible_rows(commands text, variadic tables regclass[]) returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  hiding regclass;
begin
  with applied as (
    select polrelid, polcmd, polpermissive, pg_get_expr(polqual, polrelid) as condition
    from pg_policy
    where polrelid = any (tables)
      and exists (select from unnest(polroles) as role where role = 0 or pg_has_role(role, 'usage'))
  )
  select checked.relation into hiding
  from unnest(tables) as checked (relation)
  cross join regexp_split_to_table(commands, '') as command
  where row_security_active(checked.relation)
    and not coalesce(
      (
        select bool_or(polpermissive and condition = 'true') and bool_and(polpermissive or condition = 'true')
        from applied
        where polrelid = checked.relation and polcmd in ('*', command::"char")
      ),
      false
    )
  limit 1;
  if hiding is not null then
    raise exception 'Row-level security may hide rows of % from the role "%". Connect as the owner of the tables, or create the policies that the guide to keyrings lists.', hiding, current_user
      using errcode = 'insufficient_privilege';
  end if;
  return null;
end
$$;
