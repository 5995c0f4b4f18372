-- An attempt that is not counted is taken off the count again. The count starts anew when the profile changes meanwhile,
-- and must not fall below zero then: the table refuses that, and the attempt could not be reported.
--
-- An error stays on record when the row is handed back without a new one.

create or replace function public.retry_stripe_customer_work(
  target uuid,
  lease uuid,
  seen_revision integer,
  delay_seconds double precision,
  error jsonb,
  counted boolean,
  unsettled boolean
) returns double precision
language sql
security definer
set search_path = ''
as $$
  update public.stripe_customer_work as work set
    next_attempt_at = case
      when work.revision <> seen_revision then now()
      else now() + make_interval(secs => delay_seconds)
    end,
    attempts = case when counted then work.attempts else greatest(0, work.attempts - 1) end,
    unsettled_until = case when unsettled then now() + interval '5 minutes' else work.unsettled_until end,
    lease_token = null,
    last_error = coalesce(error, work.last_error)
  where work.profile_id = target and work.lease_token = lease
  returning extract(epoch from work.next_attempt_at - now())::double precision;
$$;
