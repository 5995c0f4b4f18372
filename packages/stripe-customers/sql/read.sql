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
