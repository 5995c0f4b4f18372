-- Its columns have changed since the first version.
drop function if exists public.claim_stripe_customer_work(uuid, double precision, integer, uuid);

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
  look_first boolean,
  key_expired boolean,
  unsettled_seconds double precision,
  key_sent_at double precision,
  account_number integer
)
language plpgsql
security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  claimed uuid[];
  -- Stripe may forget a key after 24 hours. The rest is for clocks, leases, slow requests and late backups.
  key_lifetime constant interval := interval '20 hours';
  used constant integer := public.current_stripe_customer_account();
begin
  if target is null then
    perform public.reconsider_waiting_stripe_customers();
    select array_agg(due.profile_id) into claimed
    from (
      select work.profile_id
      from public.stripe_customer_work as work
      where work.state = 'pending' and work.next_attempt_at <= now()
        -- Not what another account has, until it is moved.
        and (work.account_number = used or work.stripe_customer is null and work.parameters is null)
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
        and (work.account_number = used or work.stripe_customer is null and work.parameters is null)
      for update skip locked
    ) as due;
  end if;

  if claimed is null then
    return;
  end if;

  return query
  update public.stripe_customer_work as work set
    -- The link decides, not the kind of work that the row had.
    kind = case
      when profile.id is null or work.kind = 'delete' then 'delete'
      when profile.stripe_customer is null then 'create'
      else 'update'
    end,
    stripe_customer = case
      when profile.id is null or work.kind = 'delete' then work.stripe_customer
      else profile.stripe_customer
    end,
    -- A link that changed while triggers were off.
    look_first = work.look_first
      or work.kind <> 'delete' and profile.id is not null and profile.stripe_customer is distinct from work.stripe_customer,
    key_number = work.key_number + (
      work.kind = 'update' and profile.id is not null and profile.stripe_customer is null and work.parameters is null
    )::integer,
    -- Frozen before the key is sent. A row that has to look first gets them when it takes a new key.
    parameters = case
      when work.parameters is null and work.kind = 'create' and profile.id is not null and profile.stripe_customer is null
        and not work.look_first and work.key_since > now() - key_lifetime
        then public.build_stripe_customer_parameters(profile.id, profile.email)
      else work.parameters
    end,
    first_attempt_at = case
      when work.parameters is null and work.kind = 'create' and profile.id is not null and profile.stripe_customer is null
        and not work.look_first and work.key_since > now() - key_lifetime
        then now()
      else work.first_attempt_at
    end,
    attempts = work.attempts + 1,
    -- The last holder of the lease never reported, so its request may still be in transit.
    unsettled_until = case when work.lease_token is null then work.unsettled_until else now() + interval '5 minutes' end,
    lease_token = lease,
    account_number = used,
    claimed_by = case when target is null then 'schedule' else 'wake_up' end,
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
    work.look_first,
    coalesce(work.key_since <= now() - key_lifetime, true),
    greatest(0, extract(epoch from work.unsettled_until - now()))::double precision,
    extract(epoch from work.first_attempt_at)::double precision,
    work.account_number;
end
$$;

-- Takes a new idempotency key with the profile's current e-mail, once the old key certainly created no customer that exists. Returns
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
    key_since = now(),
    look_first = false,
    parameters = public.build_stripe_customer_parameters(profile.id, profile.email),
    first_attempt_at = now()
  from public.stripe_customer_profile as profile
  where work.profile_id = target
    and work.lease_token = lease
    and work.kind = 'create'
    and profile.id = target
    and profile.stripe_customer is null
  returning work.idempotency_key, work.parameters;
end
$$;
