-- Functions with which the command line compares profiles with Stripe's customers and fixes differences. Service role only.

-- Its columns have changed since the first version.
drop function if exists public.count_stripe_customer_work();

-- Counts profiles and rows of work.
create or replace function public.count_stripe_customer_work()
returns table (
  profiles bigint,
  linked bigint,
  done bigint,
  pending bigint,
  waiting bigint,
  due bigint,
  retrying bigint,
  blocked bigint,
  failed bigint,
  dismissed bigint,
  elsewhere bigint,
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
    count(*) filter (where work.state = 'waiting'),
    count(*) filter (where work.state = 'pending' and work.next_attempt_at <= now()),
    count(*) filter (where work.state = 'pending' and work.last_error is not null),
    count(*) filter (
      where work.state = 'pending' and work.last_error ->> 'code' in ('stripe_unauthorized', 'stripe_other_account')
    ),
    count(*) filter (where work.state = 'failed'),
    count(*) filter (where work.state = 'dismissed'),
    -- Not claimed, because another account has the customer.
    count(*) filter (
      -- A subquery is asked once, and a function for each row.
      where work.account_number <> (select public.current_stripe_customer_account())
        and (work.stripe_customer is not null or work.parameters is not null)
        and (work.kind <> 'delete' or work.state not in ('done', 'dismissed'))
    ),
    coalesce(
      extract(epoch from now() - min(work.next_attempt_at) filter (where work.state = 'pending' and work.next_attempt_at <= now())),
      0
    )::double precision
  from public.stripe_customer_work as work;
$$;

-- Counts the profiles without work, and the rows of work whose profile is gone without a trace. A function of its own, because it
-- joins both tables as a whole, and each call has to end in time.
create or replace function public.count_unmatched_stripe_customer_work()
returns table (unrecorded bigint, vanished bigint)
language sql
stable
security definer
set search_path = ''
set work_mem = '64MB'
as $$
  select
    (
      select count(*) from public.stripe_customer_profile as profile
      where not exists (select from public.stripe_customer_work as work where work.profile_id = profile.id)
    ),
    (
      select count(*) from public.stripe_customer_work as work
      where work.kind <> 'delete'
        and not exists (select from public.stripe_customer_profile as profile where profile.id = work.profile_id)
    );
$$;

-- Its columns have changed since the first version.
drop function if exists public.list_stripe_customers(uuid, integer, uuid);

-- Lists profiles in the order of their ids, or the profile with the target's id. One without work that the rule does not allow yet has
-- the state in which its work would begin.
create or replace function public.list_stripe_customers(after uuid default null, batch integer default 500, target uuid default null)
returns table (profile_id uuid, email text, stripe_customer text, state text, busy boolean, elsewhere boolean)
language sql
stable
security definer
set search_path = ''
as $$
  select
    profile.id,
    profile.email,
    profile.stripe_customer,
    coalesce(
      work.state,
      case when profile.stripe_customer is null and not public.is_stripe_customer_allowed(profile.id) then 'waiting' end
    ),
    -- A request to Stripe is in progress, or may still take effect.
    coalesce(
      work.lease_token is not null and work.next_attempt_at > now() or work.unsettled_until > now(),
      false
    ),
    coalesce(
      work.account_number <> (select public.current_stripe_customer_account())
        and (work.stripe_customer is not null or work.parameters is not null),
      false
    )
  from public.stripe_customer_profile as profile
  -- By itself, Postgres may read all work up to this page: it expects the first rows of a merge join to come at once.
  left join lateral (
    select * from public.stripe_customer_work as w where w.profile_id = profile.id offset 0
  ) as work on true
  -- Two bounds, which the index finds at once, and no condition with "or".
  where profile.id >= coalesce(target, after, '00000000-0000-0000-0000-000000000000')
    and profile.id <= coalesce(target, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
    and profile.id is distinct from after
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

-- Returns for profile ids in customers' metadata whether the profile exists, and otherwise the state of its row of work, which
-- proves that it existed.
create or replace function public.find_stripe_customer_owners(targets uuid[])
returns table (profile_id uuid, profile_exists boolean, tombstone text)
language sql
stable
security definer
set search_path = ''
as $$
  select target.id, profile.id is not null, case when profile.id is null or work.kind = 'delete' then work.state end
  from unnest(targets) as target (id)
  left join public.stripe_customer_profile as profile on profile.id = target.id
  left join public.stripe_customer_work as work on work.profile_id = target.id;
$$;

-- Makes the row of a deleted user due again, to delete a customer that was left over. Returns false if there is no row, or its
-- work is pending, or another profile has the customer: it is deleted only on the proof that its profile existed and was deleted.
create or replace function public.delete_orphaned_stripe_customer(target uuid, customer text) returns boolean
language plpgsql
security definer
set search_path = ''
as $$
begin
  update public.stripe_customer_work as work set
    kind = 'delete',
    state = 'pending',
    revision = work.revision + 1,
    stripe_customer = customer,
    account_number = public.current_stripe_customer_account(),
    attempts = 0,
    next_attempt_at = now(),
    last_error = null,
    done_at = null,
    failed_at = null
  where work.profile_id = target
    and work.state <> 'pending'
    and not exists (
      select from public.stripe_customer_profile as profile
      where profile.id = target or profile.stripe_customer = delete_orphaned_stripe_customer.customer
    );
  return found;
end
$$;
