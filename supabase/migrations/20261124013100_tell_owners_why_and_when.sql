-- Tells owners that their customer is being created just now, and whose the fault is when it is not.
--
-- Under a lease, next_attempt_at is the end of the lease, which says nothing to an owner. And most errors are not that Stripe
-- refuses their details; which error it is stays inside.

create or replace view public.stripe_customer_progress with (security_barrier) as
select
  work.profile_id,
  case
    when work.state = 'failed' then 'failed'
    when work.state = 'done' then 'done'
    when work.last_error is not null then 'retrying'
    else 'pending'
  end as status,
  -- Null too while an attempt is under way.
  case
    when work.state = 'pending' and (work.lease_token is null or work.next_attempt_at <= now()) then work.next_attempt_at
  end as next_attempt_at,
  case
    when work.state = 'done' or (work.state = 'pending' and work.last_error is null) then null
    when work.last_error ->> 'code' = 'stripe_refused' then 'details'
    when work.last_error ->> 'code' in (
      'stripe_unreachable', 'stripe_unavailable', 'stripe_in_flight', 'stripe_rate_limited', 'stripe_malformed'
    ) then 'stripe'
    else 'application'
  end as cause
from public.stripe_customer_work as work
where work.profile_id = (select auth.uid());

comment on column public.stripe_customer_progress.next_attempt_at is 'When it is tried next; null while it is being tried.';
comment on column public.stripe_customer_progress.cause is 'Why it is not done yet: ''details'' that Stripe does not accept, ''stripe'' itself, or the ''application''; null without an error.';
