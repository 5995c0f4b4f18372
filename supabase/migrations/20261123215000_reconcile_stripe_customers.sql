-- What the command line needs to compare profiles with what Stripe has, and to mend what differs. Service role only.

-- Counts the work and the profiles.
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
    coalesce(
      extract(epoch from now() - min(work.next_attempt_at) filter (where work.state = 'pending' and work.next_attempt_at <= now())),
      0
    )::double precision
  from public.stripe_customer_work as work;
$$;

-- Lists profiles in the order of their ids, or one of them.
create function public.list_stripe_customers(after uuid default null, batch integer default 500, target uuid default null)
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
    -- A request to Stripe is under way, or may still take effect.
    coalesce(
      work.lease_token is not null and work.next_attempt_at > now() or work.unsettled_until > now(),
      false
    )
  from public.profile as profile
  left join public.stripe_customer_work as work on work.profile_id = profile.id
  where (after is null or profile.id > after) and (target is null or profile.id = target)
  order by profile.id
  limit batch;
$$;

-- Lists the rows that were given up, in the order of their ids.
create function public.list_failed_stripe_customer_work(after uuid default null, batch integer default 100)
returns table (profile_id uuid, kind text, failed_at timestamptz, last_error jsonb)
language sql
stable
security definer
set search_path = ''
as $$
  select work.profile_id, work.kind, work.failed_at, work.last_error
  from public.stripe_customer_work as work
  where work.state = 'failed' and (after is null or work.profile_id > after)
  order by work.profile_id
  limit batch;
$$;

-- Links a profile to a customer that Stripe has for it already, in place of none or of one that is gone, and opens the row
-- to make the customer agree. Returns false if the profile has another customer by now, or a request is under way whose
-- result might be a second one.
create function public.link_stripe_customer(target uuid, customer text, instead_of text default null) returns boolean
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform from public.profile as p
  where p.id = target and p.stripe_customer is not distinct from instead_of for no key update;
  if not found then
    return false;
  end if;

  update public.stripe_customer_work as work set
    kind = 'update',
    state = 'pending',
    revision = work.revision + 1,
    key_number = work.key_number + 1,
    stripe_customer = customer,
    parameters = null,
    first_attempt_at = null,
    attempts = 0,
    next_attempt_at = now(),
    lease_token = null,
    unsettled_until = null,
    last_error = null,
    done_at = null,
    failed_at = null
  where work.profile_id = target
    and work.kind <> 'delete'
    and (work.lease_token is null or work.next_attempt_at <= now())
    and (work.unsettled_until is null or work.unsettled_until <= now());
  if not found then
    return false;
  end if;

  update public.profile as p set stripe_customer = customer where p.id = target;
  return true;
end
$$;

-- Tells of profile ids that customers carry whether there is such a profile, and how far the tombstone is of one that was.
create function public.find_stripe_customer_owners(targets uuid[])
returns table (profile_id uuid, profile_exists boolean, tombstone text)
language sql
stable
security definer
set search_path = ''
as $$
  select target.id, profile.id is not null, case when work.kind = 'delete' then work.state end
  from unnest(targets) as target (id)
  left join public.profile as profile on profile.id = target.id
  left join public.stripe_customer_work as work on work.profile_id = target.id;
$$;

-- Opens the tombstone of a deleted user again, to delete a customer that was left. Returns false where there is none whose
-- work is over: a customer is deleted only on the proof that its profile was here and is gone.
create function public.delete_orphaned_stripe_customer(target uuid, customer text) returns boolean
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
    and not exists (select from public.profile where profile.id = target);
  return found;
end
$$;

revoke all on function
  public.count_stripe_customer_work(),
  public.list_stripe_customers(uuid, integer, uuid),
  public.list_failed_stripe_customer_work(uuid, integer),
  public.link_stripe_customer(uuid, text, text),
  public.find_stripe_customer_owners(uuid[]),
  public.delete_orphaned_stripe_customer(uuid, text)
from public, anon, authenticated, service_role;

grant execute on function
  public.count_stripe_customer_work(),
  public.list_stripe_customers(uuid, integer, uuid),
  public.list_failed_stripe_customer_work(uuid, integer),
  public.link_stripe_customer(uuid, text, text),
  public.find_stripe_customer_owners(uuid[]),
  public.delete_orphaned_stripe_customer(uuid, text)
to service_role;
