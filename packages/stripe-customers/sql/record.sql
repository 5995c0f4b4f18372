-- Ends the lease and schedules the next attempt. Returns the seconds until then, or null if the lease is lost. An attempt
-- that says nothing about the row itself (a rate limit, an invalid key) is not counted.
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

-- Gives the row up until it is requeued or its profile changes. Returns 'failed', 'more' (it has changed already and is
-- due at once) or 'lease_lost'. If Stripe refused to create the customer, it stored nothing under the key, so the next
-- attempt uses a new key and new parameters.
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
    key_since = case when refused and work.kind = 'create' then now() else work.key_since end,
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

-- Makes a row due again in any state: a failed one for another attempt, a finished one to update Stripe again. A profile
-- without a row gets one. Returns whether there is such a row or profile.
create or replace function public.requeue_stripe_customer_work(target uuid) returns boolean
language plpgsql
security definer
set search_path = ''
as $$
declare
  linked text;
begin
  select p.stripe_customer into linked from public.stripe_customer_profile as p where p.id = target;
  update public.stripe_customer_work as work set
    -- A link that was set while triggers were off has to be checked, also while the rule allows no new customer.
    kind = case when work.kind = 'create' and linked is not null then 'update' else work.kind end,
    stripe_customer = case when work.kind = 'create' and linked is not null then linked else work.stripe_customer end,
    look_first = work.look_first or work.kind = 'create' and linked is not null,
    state = 'pending',
    revision = work.revision + 1,
    attempts = 0,
    next_attempt_at = case when work.lease_token is null then now() else work.next_attempt_at end,
    done_at = null,
    failed_at = null
  where work.profile_id = target;
  return found or exists (select from public.open_stripe_customer_work(array[target]));
end
$$;
