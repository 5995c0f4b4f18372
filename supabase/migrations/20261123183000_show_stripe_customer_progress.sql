-- Lets owners see how far the creation of their own Stripe customer is, without a look at the work itself.
--
-- The view runs with its owner's rights, because authenticated users may not read the work table at all; its condition
-- is what confines them to their own row. security_barrier keeps functions of the caller's away from other rows.

create view public.stripe_customer_progress with (security_barrier) as
select
  work.profile_id,
  case
    when work.state = 'failed' then 'failed'
    when work.state = 'done' then 'done'
    when work.last_error is not null then 'retrying'
    else 'pending'
  end as status,
  case when work.state = 'pending' then work.next_attempt_at end as next_attempt_at
from public.stripe_customer_work as work
where work.profile_id = (select auth.uid());

revoke all on table public.stripe_customer_progress from public, anon, authenticated, service_role;
grant select on table public.stripe_customer_progress to authenticated;
