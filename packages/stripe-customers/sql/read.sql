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
