-- What the triggers on auth.users could not write leaves a note, by which the next sweep finds it.
--
-- They swallow what goes wrong, so that the sign-up or the change stands. Until now the sweep looked for missing profiles
-- among all users, for whom there is no index by time and none can be added on hosted Supabase; and a change of the e-mail
-- that was not copied was found by nobody. A note costs nothing where nothing goes wrong, and covers both.

create table public.unwritten_profile (
  -- No foreign key: as little as possible may keep a note from being written. One whose user is gone is taken away.
  user_id uuid primary key,
  next_attempt_at timestamptz not null default now(),
  created_at timestamptz not null default now()
);

comment on table public.unwritten_profile is 'Users whose profile, or the e-mail in it, a trigger could not write. Empty unless something goes wrong.';

create index unwritten_profile_due on public.unwritten_profile (next_attempt_at);
-- Without it, the sweep would read all profiles to find those of the last day.
create index profile_created_at on public.profile (created_at);

alter table public.unwritten_profile enable row level security;

-- Row-level security without a policy, and no grant to write: the service role reads, the functions below write.
revoke all on table public.unwritten_profile from public, anon, authenticated, service_role;
grant select on table public.unwritten_profile to service_role;

create function public.note_unwritten_profile(user_id uuid) returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  insert into public.unwritten_profile as note (user_id) values (note_unwritten_profile.user_id)
  on conflict on constraint unwritten_profile_pkey do update set next_attempt_at = now();
exception when others then
  raise warning 'User % was not noted for the sweep; reconcile --fix will find it: % (%)', user_id, sqlerrm, sqlstate;
end
$$;

create or replace function public.create_profile_for_user() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  insert into public.profile (id, email) values (new.id, new.email) on conflict do nothing;
  return null;
exception when others then
  raise warning 'No profile was created for user %: % (%)', new.id, sqlerrm, sqlstate;
  perform public.note_unwritten_profile(new.id);
  return null;
end
$$;

create or replace function public.copy_user_email_to_profile() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  update public.profile set email = new.email where id = new.id;
  if not found then
    -- It is missing, or is being restored just now with the e-mail from before.
    perform public.note_unwritten_profile(new.id);
  end if;
  return null;
exception when others then
  raise warning 'The e-mail of profile % was not updated: % (%)', new.id, sqlerrm, sqlstate;
  perform public.note_unwritten_profile(new.id);
  return null;
end
$$;

-- Makes one profile what its user asks for. Returns the number of rows that it wrote, 0 or 1.
create function public.write_profile(user_id uuid) returns integer
language plpgsql
security definer
set search_path = ''
as $$
declare
  written integer;
begin
  insert into public.profile (id, email)
  select users.id, users.email from auth.users as users
  where users.id = write_profile.user_id and users.deleted_at is null
  on conflict do nothing;
  get diagnostics written = row_count;
  if written = 0 then
    -- Locked by a statement of its own, so that the next one sees whatever has been written to it meanwhile: an older
    -- e-mail must not come back.
    perform from public.profile where profile.id = write_profile.user_id for no key update;
    update public.profile set email = users.email
    from auth.users as users
    where profile.id = write_profile.user_id and users.id = profile.id and users.deleted_at is null
      and profile.email is distinct from users.email;
    get diagnostics written = row_count;
  end if;
  return written;
end
$$;

-- Writes what the triggers could not: profiles of users without one, e-mails that differ from the user's, and work for
-- profiles without any. By default what was noted, and the work of profiles of the last day; its time does not depend on
-- how many users there are. With null it looks at all of them, which also brings in the users from before the triggers.
-- Returns the number of rows written.
create or replace function public.restore_missing_profiles(signed_up_within interval default interval '1 day')
returns integer
language plpgsql
security definer
set search_path = ''
as $$
declare
  noted uuid;
  written integer;
  restored integer := 0;
begin
  if signed_up_within is null then
    insert into public.profile (id, email)
    select users.id, users.email
    from auth.users as users
    where users.deleted_at is null and not exists (select from public.profile where profile.id = users.id)
    on conflict do nothing;
    get diagnostics restored = row_count;

    perform public.note_unwritten_profile(users.id)
    from auth.users as users
    join public.profile as profile on profile.id = users.id
    where users.deleted_at is null and profile.email is distinct from users.email;
  end if;

  for noted in
    select note.user_id
    from public.unwritten_profile as note
    where note.next_attempt_at <= now()
    order by note.next_attempt_at
    limit case when signed_up_within is null then null else 500 end
    for update skip locked
  loop
    begin
      restored := restored + public.write_profile(noted);
      delete from public.unwritten_profile as note where note.user_id = noted;
    exception when others then
      -- It must not hold up the others, nor the sweep.
      raise warning 'The profile of user % was not restored: % (%)', noted, sqlerrm, sqlstate;
      update public.unwritten_profile as note set next_attempt_at = now() + interval '1 minute'
      where note.user_id = noted;
    end;
  end loop;

  if signed_up_within is null then
    insert into public.stripe_customer_work (profile_id, kind, stripe_customer)
    select profile.id, case when profile.stripe_customer is null then 'create' else 'update' end, profile.stripe_customer
    from public.profile as profile
    where not exists (select from public.stripe_customer_work as work where work.profile_id = profile.id)
    on conflict do nothing;
  else
    -- A statement of its own: with "or" in one condition, the index of created_at would not serve.
    insert into public.stripe_customer_work (profile_id, kind, stripe_customer)
    select profile.id, case when profile.stripe_customer is null then 'create' else 'update' end, profile.stripe_customer
    from public.profile as profile
    where profile.created_at > now() - signed_up_within
      and not exists (select from public.stripe_customer_work as work where work.profile_id = profile.id)
    on conflict do nothing;
  end if;
  get diagnostics written = row_count;

  return restored + written;
end
$$;

-- Counts too the profiles whose e-mail is not that of their user.
drop function public.count_stripe_customer_work();
create function public.count_stripe_customer_work()
returns table (
  profiles bigint,
  linked bigint,
  done bigint,
  pending bigint,
  due bigint,
  retrying bigint,
  failed bigint,
  unrecorded bigint,
  outdated bigint,
  oldest_due_seconds double precision
)
language sql
stable
security definer
set search_path = ''
as $$
  select
    (select count(*) from public.profile),
    (select count(*) from public.profile where profile.stripe_customer is not null),
    count(*) filter (where work.state = 'done'),
    count(*) filter (where work.state = 'pending'),
    count(*) filter (where work.state = 'pending' and work.next_attempt_at <= now()),
    count(*) filter (where work.state = 'pending' and work.last_error is not null),
    count(*) filter (where work.state = 'failed'),
    -- What restore_missing_profiles(null) would add: users without a profile have no work either.
    (
      select count(*) from auth.users as users
      where users.deleted_at is null and not exists (select from public.profile where profile.id = users.id)
    ) + (
      select count(*) from public.profile as profile
      where not exists (select from public.stripe_customer_work as w where w.profile_id = profile.id)
    ),
    -- And what it would correct.
    (
      select count(*) from auth.users as users
      join public.profile as profile on profile.id = users.id
      where users.deleted_at is null and profile.email is distinct from users.email
    ),
    coalesce(
      extract(epoch from now() - min(work.next_attempt_at) filter (where work.state = 'pending' and work.next_attempt_at <= now())),
      0
    )::double precision
  from public.stripe_customer_work as work;
$$;

revoke all on function
  public.note_unwritten_profile(uuid),
  public.write_profile(uuid),
  public.count_stripe_customer_work()
from public, anon, authenticated, service_role;

grant execute on function public.count_stripe_customer_work() to service_role;
