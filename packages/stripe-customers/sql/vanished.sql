-- Profiles that vanish without their row trigger: by `truncate`, or while triggers are off. Their rows of work remain, and any
-- row of work without a profile is the proof that the profile existed.

-- One row: whether the rows of work are being checked, and up to which profile they were.
create table if not exists public.stripe_customer_check (
  only_row boolean primary key default true check (only_row),
  checking boolean not null default false,
  checked_to uuid
);

comment on table public.stripe_customer_check is 'How far the sweep is with the rows of work whose profile may have vanished.';

insert into public.stripe_customer_check default values on conflict do nothing;

alter table public.stripe_customer_check enable row level security;

-- After `truncate`, each sweep checks some rows of work. To turn all of them into tombstones at once would take too long.
create or replace function public.check_vanished_profiles() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  update public.stripe_customer_check set checking = true, checked_to = null;
  return null;
end
$$;

-- Turns rows of work without a profile into tombstones, in the order of their ids. Returns the last row that was checked, or
-- null if none is left, and how many tombstones there are now.
create or replace function public.tombstone_vanished_profiles(after uuid default null, batch integer default 1000)
returns table (last uuid, written integer)
language plpgsql
security definer
set search_path = ''
as $$
declare
  ids uuid[];
  revisions integer[];
begin
  select array_agg(page.profile_id order by page.profile_id), array_agg(page.revision order by page.profile_id)
  into ids, revisions
  from (
    select work.profile_id, work.revision
    from public.stripe_customer_work as work
    where work.profile_id > coalesce(after, '00000000-0000-0000-0000-000000000000')
    order by work.profile_id
    limit batch
  ) as page;

  update public.stripe_customer_work as work set
    kind = 'delete',
    state = 'pending',
    revision = work.revision + 1,
    attempts = 0,
    next_attempt_at = case when work.lease_token is null then now() else work.next_attempt_at end,
    last_error = null,
    done_at = null,
    failed_at = null
  from unnest(ids, revisions) as page (profile_id, revision)
  where work.profile_id = page.profile_id
    and work.kind <> 'delete'
    -- Not if the profile returned at this moment.
    and work.revision = page.revision
    and not exists (select from public.stripe_customer_profile as profile where profile.id = page.profile_id);
  get diagnostics written = row_count;
  last := ids[batch];
  return next;
end
$$;

-- The first version could also check all profiles, in one statement.
drop function if exists public.repair_profiles(interval);

-- Writes what triggers could not: the application's part, and the tombstones of profiles that were truncated. Each sweep begins
-- with it. Returns the number of rows written.
create or replace function public.repair_profiles() returns integer
language plpgsql
security definer
set search_path = ''
as $$
declare
  repaired integer := public.repair_profile_rows();
  progress record;
  page record;
begin
  select * into progress from public.stripe_customer_check where checking for update skip locked;
  if not found then
    return repaired;
  end if;
  select * into page from public.tombstone_vanished_profiles(progress.checked_to, 5000);
  update public.stripe_customer_check set checking = page.last is not null, checked_to = page.last;
  return repaired + page.written;
end
$$;
