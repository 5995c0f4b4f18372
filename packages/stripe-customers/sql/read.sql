-- Reads the state of one profile's customer. Returns no row if there is neither a profile nor work.
create or replace function public.read_stripe_customer(target uuid)
returns table (
  profile_exists boolean,
  stripe_customer text,
  state text,
  leased boolean,
  seconds_until_due double precision,
  last_error jsonb
)
language sql
stable
security definer
set search_path = ''
as $$
  select
    profile.id is not null,
    profile.stripe_customer,
    work.state,
    coalesce(work.lease_token is not null and work.next_attempt_at > now(), false),
    greatest(0, extract(epoch from work.next_attempt_at - now()))::double precision,
    work.last_error
  from (select 1) as always
  left join public.stripe_customer_profile as profile on profile.id = target
  left join public.stripe_customer_work as work on work.profile_id = target
  where profile.id is not null or work.profile_id is not null;
$$;

-- Shows owners whether their customer is being created, and who can fix it if not.
--
-- Under a lease, next_attempt_at is the end of the lease, which means nothing to an owner. The view reveals who has to act
-- (the owner, Stripe or the application), not which error occurred.
--
-- Without Supabase Auth there is nobody to show it to.
do $$
begin
  if not exists (
    select from pg_catalog.pg_proc where pronamespace = to_regnamespace('auth') and proname = 'uid' and pronargs = 0
  ) then
    return;
  end if;

  execute $view$
    create or replace view public.stripe_customer_progress with (security_barrier) as
    select
      work.profile_id,
      case
        when work.state in ('failed', 'dismissed') then 'failed'
        when work.state in ('done', 'waiting') then work.state
        when work.last_error is not null then 'retrying'
        else 'pending'
      end as status,
      -- Also null while an attempt is in progress.
      case
        when work.state = 'pending' and (work.lease_token is null or work.next_attempt_at <= now()) then work.next_attempt_at
      end as next_attempt_at,
      case
        when work.state in ('done', 'waiting') or (work.state = 'pending' and work.last_error is null) then null
        when work.last_error ->> 'code' = 'stripe_refused' then 'details'
        when work.last_error ->> 'code' in (
          'stripe_unreachable', 'stripe_unavailable', 'stripe_in_flight', 'stripe_rate_limited', 'stripe_malformed'
        ) then 'stripe'
        else 'application'
      end as cause
    from public.stripe_customer_work as work
    where work.profile_id = (select auth.uid());
  $view$;

  comment on column public.stripe_customer_progress.next_attempt_at is 'When the next attempt begins. Null while one is in progress.';
  comment on column public.stripe_customer_progress.cause is 'Why it is not done yet: ''details'' that Stripe does not accept, ''stripe'' itself, or the ''application''. Null without an error.';
end
$$;

-- Returns links to some customers that must exist in an account, from all over the index: the first ones, the last ones, and those
-- that follow each letter at the first place where the first and the last differ. A few that are wrong, as those of a demonstration
-- with ids that are alike, are not all that it returns. It reads few rows however many there are.
create or replace function public.sample_stripe_customer_links(used integer, sample_size integer default 10) returns text[]
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  per_probe constant integer := 4;
  lowest text;
  highest text;
  shared integer := 0;
  links text[];
begin
  select min(profile.stripe_customer), max(profile.stripe_customer) into lowest, highest
  from public.stripe_customer_profile as profile;
  while shared < least(length(lowest), length(highest)) and left(lowest, shared + 1) = left(highest, shared + 1) loop
    shared := shared + 1;
  end loop;

  select array_agg(candidate.stripe_customer::text order by candidate.stripe_customer) into links
  from (
    select low.* from (
      select profile.id, profile.stripe_customer from public.stripe_customer_profile as profile
      where profile.stripe_customer is not null
      order by profile.stripe_customer limit per_probe
    ) as low
    union
    select high.* from (
      select profile.id, profile.stripe_customer from public.stripe_customer_profile as profile
      where profile.stripe_customer is not null
      order by profile.stripe_customer desc limit per_probe
    ) as high
    union
    select between_them.* from (
      select left(lowest, shared) || letter as start
      from unnest(string_to_array('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', null)) as letter
    ) as probe
    cross join lateral (
      select profile.id, profile.stripe_customer from public.stripe_customer_profile as profile
      where profile.stripe_customer >= probe.start
      order by profile.stripe_customer limit per_probe
    ) as between_them
  ) as candidate
  left join lateral (
    select w.account_number from public.stripe_customer_work as w where w.profile_id = candidate.id offset 0
  ) as work on true
  -- What cannot be an id of a customer proves nothing. Others than the engine may choose ids of their own.
  where candidate.stripe_customer ~ '^[A-Za-z0-9_-]{1,255}$'
    and coalesce(work.account_number, used) = used;

  return array(
    select distinct links[1 + round((step * (cardinality(links) - 1))::numeric / (sample_size - 1))::integer]
    from generate_series(0, sample_size - 1) as step
    where cardinality(links) > 0
  );
end
$$;

-- Reads the account in use, and some customers that must exist in it.
create or replace function public.read_stripe_customer_account()
returns table (number integer, account text, livemode boolean, linked text[])
language sql
stable
security definer
set search_path = ''
as $$
  select used.number, used.account, used.livemode, public.sample_stripe_customer_links(used.number)
  from public.stripe_customer_account as used
  order by used.number desc
  limit 1;
$$;
