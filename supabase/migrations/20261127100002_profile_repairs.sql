-- What this application adds to the engine of Stripe customers: the repair of its profiles from the users.

-- Writes what the triggers could not, in a time that does not depend on the number of users: the queue of repairs, and the work
-- of profiles of the last day. Returns the number of rows written.
create or replace function public.repair_profile_rows() returns integer
language plpgsql
security definer
set search_path = ''
as $$
declare
  due_user_id uuid;
  written integer;
  repaired integer := 0;
begin
  perform set_config('stripe_customers.repairing', 'on', true);
  for due_user_id in
    select repair.user_id
    from public.profile_repair as repair
    where repair.next_attempt_at <= now()
    order by repair.next_attempt_at
    limit 500
    for update skip locked
  loop
    begin
      repaired := repaired + public.repair_profile(due_user_id);
      delete from public.profile_repair as repair where repair.user_id = due_user_id;
    exception when others then
      -- One profile must hold up neither the others nor the sweep.
      raise warning 'The profile of user % was not repaired: % (%)', due_user_id, sqlerrm, sqlstate;
      update public.profile_repair as repair set next_attempt_at = now() + interval '1 minute'
      where repair.user_id = due_user_id;
    end;
  end loop;

  select count(*) into written
  from public.open_stripe_customer_work(array(
    select profile.id
    from public.profile as profile
    where profile.created_at > now() - interval '1 day'
      and not exists (select from public.stripe_customer_work as work where work.profile_id = profile.id)
  ));
  perform set_config('stripe_customers.repairing', 'off', true);
  return repaired + written;
end
$$;

-- Writes the missing profiles and the outdated e-mails of some users, in the order of their ids. Returns the last user that was
-- checked, or null if none is left, and the number of rows written. A user whose profile cannot be written is put into the queue.
create or replace function public.repair_profile_page(after uuid default null, batch integer default 1000)
returns table (last uuid, written integer)
language plpgsql
security definer
set search_path = ''
as $$
declare
  ids uuid[] := array(
    select users.id
    from auth.users as users
    where users.id > coalesce(after, '00000000-0000-0000-0000-000000000000')
    order by users.id
    limit batch
  );
  user_id uuid;
begin
  perform set_config('stripe_customers.repairing', 'on', true);
  written := 0;
  for user_id in
    select users.id
    from auth.users as users
    left join public.profile as profile on profile.id = users.id
    where users.id = any (ids)
      and users.deleted_at is null
      and (profile.id is null or profile.email is distinct from users.email)
  loop
    begin
      written := written + public.repair_profile(user_id);
    exception when others then
      raise warning 'The profile of user % was not repaired: % (%)', user_id, sqlerrm, sqlstate;
      perform public.enqueue_profile_repair(user_id);
    end;
  end loop;
  perform set_config('stripe_customers.repairing', 'off', true);
  last := ids[batch];
  return next;
end
$$;

-- Counts the users without a profile, and the profiles whose e-mail is not that of their user.
create or replace function public.count_profile_repairs() returns table (missing bigint, outdated bigint)
language sql
stable
security definer
set search_path = ''
set work_mem = '64MB'
as $$
  select
    count(*) filter (where profile.id is null),
    count(*) filter (where profile.id is not null and profile.email is distinct from users.email)
  from auth.users as users
  left join public.profile as profile on profile.id = users.id
  where users.deleted_at is null;
$$;

revoke all on function
  public.repair_profile_rows(),
  public.repair_profile_page(uuid, integer),
  public.count_profile_repairs()
from public, anon, authenticated, service_role;

grant execute on function public.repair_profile_page(uuid, integer), public.count_profile_repairs() to service_role;
