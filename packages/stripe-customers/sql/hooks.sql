-- What an application may add to the engine. These are the defaults, for an application whose profiles need no repair. They are
-- created only if there are none, so that this script can be applied again.

do $$
begin
  -- Writes what the application's triggers could not, and adds work. Each sweep begins with it. With null it checks all profiles,
  -- including those from before the triggers. Returns the number of rows written.
  if to_regprocedure('public.repair_profiles(interval)') is null then
    create function public.repair_profiles(signed_up_within interval default interval '1 day') returns integer
    language plpgsql
    security definer
    set search_path = ''
    as $function$
    declare
      written integer := 0;
    begin
      if signed_up_within is null then
        insert into public.stripe_customer_work (profile_id, kind, stripe_customer)
        select profile.id, case when profile.stripe_customer is null then 'create' else 'update' end, profile.stripe_customer
        from public.stripe_customer_profile as profile
        where not exists (select from public.stripe_customer_work as work where work.profile_id = profile.id)
        on conflict do nothing;
        get diagnostics written = row_count;
      end if;
      return written;
    end
    $function$;
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
