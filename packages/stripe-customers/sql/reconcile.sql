-- Functions with which the command line compares profiles with Stripe's customers and fixes differences. Service role only.

-- Counts profiles and rows of work.
create or replace function public.count_stripe_customer_work()
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
    (select count(*) from public.stripe_customer_profile),
    (select count(*) from public.stripe_customer_profile as profile where profile.stripe_customer is not null),
    count(*) filter (where work.state = 'done'),
    count(*) filter (where work.state = 'pending'),
    count(*) filter (where work.state = 'pending' and work.next_attempt_at <= now()),
    count(*) filter (where work.state = 'pending' and work.last_error is not null),
    count(*) filter (where work.state = 'failed'),
    -- The rows that repair_profiles(null) would add, and the e-mails that it would correct.
    repairs.missing + (
      select count(*) from public.stripe_customer_profile as profile
      where not exists (select from public.stripe_customer_work as w where w.profile_id = profile.id)
    ),
    repairs.outdated,
    coalesce(
      extract(epoch from now() - min(work.next_attempt_at) filter (where work.state = 'pending' and work.next_attempt_at <= now())),
      0
    )::double precision
  from public.count_profile_repairs() as repairs
  left join public.stripe_customer_work as work on true
  group by repairs.missing, repairs.outdated;
$$;

-- Lists profiles in the order of their ids, or the profile with the target's id.
create or replace function public.list_stripe_customers(after uuid default null, batch integer default 500, target uuid default null)
returns table (profile_id uuid, email text, stripe_customer text, state text, busy boolean)
language sql
stable
security definer
set search_path = ''
as $$
  select
    profile.id,
    profile.email,
    profile.stripe_customer,
    work.state,
    -- A request to Stripe is in progress, or may still take effect.
    coalesce(
      work.lease_token is not null and work.next_attempt_at > now() or work.unsettled_until > now(),
      false
    )
  from public.stripe_customer_profile as profile
  left join public.stripe_customer_work as work on work.profile_id = profile.id
  where (after is null or profile.id > after) and (target is null or profile.id = target)
  order by profile.id
  limit batch;
$$;

-- Lists rows that were given up, in the order of their ids.
create or replace function public.list_failed_stripe_customer_work(batch integer default 100)
returns table (profile_id uuid, kind text, failed_at timestamptz, last_error jsonb)
language sql
stable
security definer
set search_path = ''
as $$
  select work.profile_id, work.kind, work.failed_at, work.last_error
  from public.stripe_customer_work as work
  where work.state = 'failed'
  order by work.profile_id
  limit batch;
$$;

-- Returns for profile ids in customers' metadata whether the profile exists, and otherwise the state of its tombstone.
create or replace function public.find_stripe_customer_owners(targets uuid[])
returns table (profile_id uuid, profile_exists boolean, tombstone text)
language sql
stable
security definer
set search_path = ''
as $$
  select target.id, profile.id is not null, case when work.kind = 'delete' then work.state end
  from unnest(targets) as target (id)
  left join public.stripe_customer_profile as profile on profile.id = target.id
  left join public.stripe_customer_work as work on work.profile_id = target.id;
$$;

-- Makes the tombstone of a deleted user due again, to delete a customer that was left over. Returns false if there is no
-- tombstone, or its work is pending: a customer is deleted only on the proof that its profile existed and was deleted.
create or replace function public.delete_orphaned_stripe_customer(target uuid, customer text) returns boolean
language plpgsql
security definer
set search_path = ''
as $$
begin
  update public.stripe_customer_work as work set
    state = 'pending',
    revision = work.revision + 1,
    stripe_customer = customer,
    attempts = 0,
    next_attempt_at = now(),
    last_error = null,
    done_at = null,
    failed_at = null
  where work.profile_id = target
    and work.kind = 'delete'
    and work.state <> 'pending'
    and not exists (select from public.stripe_customer_profile as profile where profile.id = target);
  return found;
end
$$;
