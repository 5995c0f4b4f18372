-- What the engine of Stripe customers counts of this application: repairs of profiles are the application's.

-- Counts the users without a profile, and the profiles whose e-mail is not that of their user.
create or replace function public.count_profile_repairs() returns table (missing bigint, outdated bigint)
language sql
stable
security definer
set search_path = ''
as $$
  select
    (
      select count(*) from auth.users as users
      where users.deleted_at is null and not exists (select from public.profile where profile.id = users.id)
    ),
    (
      select count(*) from auth.users as users
      join public.profile as profile on profile.id = users.id
      where users.deleted_at is null and profile.email is distinct from users.email
    );
$$;

revoke all on function public.count_profile_repairs() from public, anon, authenticated, service_role;
