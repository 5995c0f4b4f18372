-- A row that is given up after a request without an answer, or with another one under way, remembers that it may still
-- take effect: requeued or changed at once, it must not take a new key for the next minutes, as after any such attempt.

create or replace function public.fail_stripe_customer_work(
  target uuid,
  lease uuid,
  seen_revision integer,
  error jsonb,
  refused boolean
) returns text
language plpgsql
security definer
set search_path = ''
as $$
declare
  new_state text;
begin
  update public.stripe_customer_work as work set
    state = case when work.revision = seen_revision then 'failed' else 'pending' end,
    failed_at = case when work.revision = seen_revision then now() end,
    attempts = case when work.revision = seen_revision then work.attempts else 0 end,
    key_number = work.key_number + (refused and work.kind = 'create')::integer,
    parameters = case when refused and work.kind = 'create' then null else work.parameters end,
    first_attempt_at = case when refused and work.kind = 'create' then null else work.first_attempt_at end,
    next_attempt_at = now(),
    unsettled_until = case
      when error ->> 'code' in ('stripe_unreachable', 'stripe_malformed', 'stripe_in_flight')
        then now() + interval '5 minutes'
      else work.unsettled_until
    end,
    lease_token = null,
    last_error = error
  where work.profile_id = target and work.lease_token = lease
  returning work.state into new_state;
  return case new_state when 'failed' then 'failed' when 'pending' then 'more' else 'lease_lost' end;
end
$$;
