-- Leases rows that are due, the longest due first, and freezes the parameters of first attempts. With a target, only its
-- row.
create or replace function public.claim_stripe_customer_work(
  lease uuid,
  lease_seconds double precision,
  batch integer default 1,
  target uuid default null
)
returns table (
  profile_id uuid,
  kind text,
  revision integer,
  idempotency_key text,
  parameters jsonb,
  email text,
  stripe_customer text,
  attempts integer,
  first_attempt_age_seconds double precision,
  unsettled_seconds double precision
)
language plpgsql
security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  claimed uuid[];
begin
  if target is null then
    perform public.reconsider_waiting_stripe_customers();
    select array_agg(due.profile_id) into claimed
    from (
      select work.profile_id
      from public.stripe_customer_work as work
      where work.state = 'pending' and work.next_attempt_at <= now()
      order by work.next_attempt_at
      limit batch
      for update skip locked
    ) as due;
  else
    perform public.reconsider_stripe_customer(target);
    select array_agg(due.profile_id) into claimed
    from (
      select work.profile_id
      from public.stripe_customer_work as work
      where work.profile_id = target and work.state = 'pending' and work.next_attempt_at <= now()
      for update skip locked
    ) as due;
  end if;

  return query
  update public.stripe_customer_work as work set
    kind = case
      when profile.id is null then 'delete'
      -- Linked by hand: the customer exists, but might not have the profile's e-mail and id yet.
      when work.kind = 'create' and profile.stripe_customer is not null then 'update'
      else work.kind
    end,
    stripe_customer = coalesce(profile.stripe_customer, work.stripe_customer),
    parameters = case
      when work.parameters is null and work.kind = 'create' and profile.id is not null and profile.stripe_customer is null
        then public.build_stripe_customer_parameters(profile.id, profile.email)
      else work.parameters
    end,
    first_attempt_at = case
      when work.parameters is null and work.kind = 'create' and profile.id is not null and profile.stripe_customer is null
        then now()
      else work.first_attempt_at
    end,
    attempts = work.attempts + 1,
    -- The last holder of the lease never reported, so its request may still be in transit.
    unsettled_until = case when work.lease_token is null then work.unsettled_until else now() + interval '5 minutes' end,
    lease_token = lease,
    next_attempt_at = now() + make_interval(secs => lease_seconds)
  from unnest(claimed) as due (profile_id)
  left join public.stripe_customer_profile as profile on profile.id = due.profile_id
  where work.profile_id = due.profile_id
  returning
    work.profile_id,
    work.kind,
    work.revision,
    work.idempotency_key,
    work.parameters,
    profile.email,
    work.stripe_customer,
    work.attempts,
    extract(epoch from now() - work.first_attempt_at)::double precision,
    greatest(0, extract(epoch from work.unsettled_until - now()))::double precision;
end
$$;

-- Takes a new idempotency key with the profile's current e-mail, once the old key certainly created no customer. Returns
-- no row if the lease is lost or the work has changed, because then the old key must not be replaced.
create or replace function public.renew_stripe_customer_key(target uuid, lease uuid)
returns table (idempotency_key text, parameters jsonb)
language plpgsql
security definer
set search_path = ''
as $$
#variable_conflict use_column
begin
  return query
  update public.stripe_customer_work as work set
    key_number = work.key_number + 1,
    parameters = public.build_stripe_customer_parameters(profile.id, profile.email),
    first_attempt_at = now()
  from public.stripe_customer_profile as profile
  where work.profile_id = target
    and work.lease_token = lease
    and work.kind = 'create'
    and profile.id = target
  returning work.idempotency_key, work.parameters;
end
$$;
