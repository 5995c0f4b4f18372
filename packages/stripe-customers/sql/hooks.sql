-- What an application may add to the engine. These are the defaults, for an application whose profiles need no repair. They are
-- created only if there are none, so that this script can be applied again.

do $$
begin
  -- Writes what the application's triggers could not. Each sweep begins with it, so its time must not depend on the number of
  -- users. Returns the number of rows written.
  if to_regprocedure('public.repair_profile_rows()') is null then
    create function public.repair_profile_rows() returns integer
    language sql
    set search_path = ''
    as 'select 0';
  end if;

  -- Does the same for all users, some at a time, in the order of their ids. Returns the last user that was checked, or null if
  -- none is left, and the number of rows written.
  if to_regprocedure('public.repair_profile_page(uuid, integer)') is null then
    create function public.repair_profile_page(after uuid default null, batch integer default 1000)
    returns table (last uuid, written integer)
    language sql
    set search_path = ''
    as 'select null::uuid, 0';
  end if;

  -- Counts the users without a profile, and the profiles whose e-mail is not that of their user.
  if to_regprocedure('public.count_profile_repairs()') is null then
    create function public.count_profile_repairs() returns table (missing bigint, outdated bigint)
    language sql
    stable
    set search_path = ''
    as 'select 0::bigint, 0::bigint';
  end if;
end
$$;
