-- What is still to be done so that every profile has exactly one Stripe customer, with its current e-mail.
--
-- Work is a row, written in the transaction that makes it necessary, so no crash between the two can lose it. Workers
-- claim rows under a lease, call Stripe, and record the result; every function that records checks the lease, so a
-- worker that was too slow cannot overwrite what another has done since.
--
-- Times are the database's alone. Callers pass durations, so the clocks of the instances need not agree.
--
-- Locks are always taken on the profile first and on the work row second: the triggers below hold the profile already.

create table public.stripe_customer_work (
  -- No foreign key: the row outlives its profile, as the tombstone by which the customer is deleted.
  profile_id uuid primary key,
  kind text not null default 'create' check (kind in ('create', 'update', 'delete')),
  state text not null default 'pending' check (state in ('pending', 'done', 'failed')),
  revision integer not null default 1,
  key_number integer not null default 1,
  idempotency_key text not null generated always as ('customer-' || profile_id::text || '-' || key_number::text) stored,
  parameters jsonb,
  stripe_customer text,
  attempts integer not null default 0 check (attempts >= 0),
  first_attempt_at timestamptz,
  next_attempt_at timestamptz not null default now(),
  lease_token uuid,
  unsettled_until timestamptz,
  last_error jsonb,
  created_at timestamptz not null default now(),
  done_at timestamptz,
  failed_at timestamptz,
  check ((state = 'done') = (done_at is not null)),
  check ((state = 'failed') = (failed_at is not null)),
  check (state = 'pending' or lease_token is null),
  check ((parameters is null) = (first_attempt_at is null))
);

comment on table public.stripe_customer_work is 'The outbox towards Stripe: one row for every profile, kept after the profile is gone.';
comment on column public.stripe_customer_work.revision is 'Counts what happened to the row from outside, so that work based on an older state does not close it.';
comment on column public.stripe_customer_work.idempotency_key is 'Under which the customer is created. Changes only where the earlier key is known to have created nothing that lives.';
comment on column public.stripe_customer_work.parameters is 'What customers.create is called with, frozen at the first attempt: Stripe refuses a key that comes with other parameters.';
comment on column public.stripe_customer_work.stripe_customer is 'The customer, also after its profile is gone.';
comment on column public.stripe_customer_work.next_attempt_at is 'When the row may be claimed: the time of the next attempt, or the end of the lease.';
comment on column public.stripe_customer_work.lease_token is 'Held by the worker that claimed the row last, until it reports or the lease ends.';
comment on column public.stripe_customer_work.unsettled_until is 'Until then a request without an answer may still take effect in Stripe.';

create index stripe_customer_work_due on public.stripe_customer_work (next_attempt_at) where state = 'pending';

alter table public.stripe_customer_work enable row level security;

-- Row-level security without a policy, and no grant to write: the service role reads, the functions below write.
revoke all on table public.stripe_customer_work from public, anon, authenticated, service_role;
grant select on table public.stripe_customer_work to service_role;

-- Opens the row of a new profile, or opens it again when the e-mail changed.
create function public.open_stripe_customer_work() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  insert into public.stripe_customer_work as work (profile_id, kind, stripe_customer)
  values (new.id, case when new.stripe_customer is null then 'create' else 'update' end, new.stripe_customer)
  on conflict (profile_id) do update set
    -- A profile that returns under its old id waits until the customer of the old one is deleted, or it would have two.
    kind = case when work.kind = 'delete' and work.state <> 'done' then 'delete' else excluded.kind end,
    stripe_customer = case
      when work.kind = 'delete' and work.state <> 'done' then work.stripe_customer
      else excluded.stripe_customer
    end,
    key_number = work.key_number + (work.kind = 'delete' and work.state = 'done')::integer,
    state = 'pending',
    revision = work.revision + 1,
    attempts = 0,
    -- A lease is left to its holder: the changed revision makes sure that the row is not closed by it.
    next_attempt_at = case when work.lease_token is null then now() else work.next_attempt_at end,
    last_error = null,
    done_at = null,
    failed_at = null;
  return null;
end
$$;

create trigger open_stripe_customer_work_for_new_profile
  after insert on public.profile
  for each row execute function public.open_stripe_customer_work();

create trigger open_stripe_customer_work_for_changed_email
  after update of email on public.profile
  for each row
  when (new.email is distinct from old.email)
  execute function public.open_stripe_customer_work();

-- Turns the row of a deleted profile into its tombstone. It may raise: without the tombstone the user would be gone and
-- the subscription would go on.
create function public.bury_stripe_customer_work() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  -- Parameters are frozen before Stripe is called, so without them there is nothing in Stripe to delete.
  nothing_to_delete boolean;
begin
  select old.stripe_customer is null and work.stripe_customer is null and work.parameters is null
  into nothing_to_delete
  from public.stripe_customer_work as work
  where work.profile_id = old.id
  for update;

  nothing_to_delete := coalesce(nothing_to_delete, old.stripe_customer is null);

  insert into public.stripe_customer_work as work (profile_id, kind, state, stripe_customer, done_at)
  values (
    old.id,
    'delete',
    case when nothing_to_delete then 'done' else 'pending' end,
    old.stripe_customer,
    case when nothing_to_delete then now() end
  )
  on conflict (profile_id) do update set
    kind = 'delete',
    state = excluded.state,
    revision = work.revision + 1,
    stripe_customer = coalesce(excluded.stripe_customer, work.stripe_customer),
    attempts = 0,
    next_attempt_at = case when work.lease_token is null then now() else work.next_attempt_at end,
    lease_token = case when nothing_to_delete then null else work.lease_token end,
    last_error = null,
    done_at = excluded.done_at,
    failed_at = null;
  return null;
end
$$;

create trigger bury_stripe_customer_work
  after delete on public.profile
  for each row execute function public.bury_stripe_customer_work();

-- Leases what is due, the longest due first, and freezes the parameters of a first attempt. With a target, only its row.
create function public.claim_stripe_customer_work(
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
      -- Linked by hand: the profile has its customer, which still has to learn the e-mail and the profile's id.
      when work.kind = 'create' and profile.stripe_customer is not null then 'update'
      else work.kind
    end,
    stripe_customer = coalesce(profile.stripe_customer, work.stripe_customer),
    parameters = case
      when work.parameters is null and work.kind = 'create' and profile.id is not null and profile.stripe_customer is null
        then public.stripe_customer_parameters(profile.id, profile.email)
      else work.parameters
    end,
    first_attempt_at = case
      when work.parameters is null and work.kind = 'create' and profile.id is not null and profile.stripe_customer is null
        then now()
      else work.first_attempt_at
    end,
    attempts = work.attempts + 1,
    -- Whoever held the lease never reported, so its request may be on its way still.
    unsettled_until = case when work.lease_token is null then work.unsettled_until else now() + interval '5 minutes' end,
    lease_token = lease,
    next_attempt_at = now() + make_interval(secs => lease_seconds)
  from unnest(claimed) as due (profile_id)
  left join public.profile as profile on profile.id = due.profile_id
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

create function public.stripe_customer_parameters(profile_id uuid, email text) returns jsonb
language sql
immutable
set search_path = ''
as $$
  select jsonb_strip_nulls(jsonb_build_object('email', email, 'metadata', jsonb_build_object('profile_id', profile_id)))
$$;

-- Takes a new idempotency key with the profile's current e-mail, where the old key is known to have led to nothing.
-- Returns no row if the lease is lost or the work has changed: then the old key must not be replaced.
create function public.renew_stripe_customer_key(target uuid, lease uuid)
returns table (idempotency_key text, parameters jsonb, email text)
language plpgsql
security definer
set search_path = ''
as $$
#variable_conflict use_column
begin
  return query
  update public.stripe_customer_work as work set
    key_number = work.key_number + 1,
    parameters = public.stripe_customer_parameters(profile.id, profile.email),
    first_attempt_at = now()
  from public.profile as profile
  where work.profile_id = target
    and work.lease_token = lease
    and work.kind = 'create'
    and profile.id = target
  returning work.idempotency_key, work.parameters, profile.email;
end
$$;

-- Records that Stripe did what was asked for, and closes the row unless more has become necessary meanwhile.
-- Returns 'done', 'more' (the row is due again at once) or 'lease_lost' (nothing was recorded).
create function public.complete_stripe_customer_work(
  target uuid,
  lease uuid,
  completed_kind text,
  customer text,
  customer_email text,
  seen_revision integer
) returns text
language plpgsql
security definer
set search_path = ''
as $$
declare
  profile public.profile;
  work public.stripe_customer_work;
  changed integer;
  next_kind text;
  next_state text := 'done';
  due_at timestamptz := now();
begin
  select * into profile from public.profile as p where p.id = target for no key update;
  select * into work from public.stripe_customer_work as w
  where w.profile_id = target and w.lease_token = lease for update;
  if not found then
    return 'lease_lost';
  end if;

  case completed_kind
    when 'create' then
      if work.kind = 'delete' then
        next_kind := 'delete';
        next_state := 'pending';
      else
        update public.profile as p set stripe_customer = customer
        where p.id = target and (p.stripe_customer is null or p.stripe_customer = customer);
        get diagnostics changed = row_count;
        if changed <> 1 then
          raise exception 'Profile % was not linked to %: % rows changed', target, customer, changed;
        end if;
        next_kind := 'update';
        if profile.email is distinct from customer_email or work.revision <> seen_revision then
          next_state := 'pending';
        end if;
      end if;
    when 'update' then
      next_kind := work.kind;
      if work.kind <> 'update' or work.revision <> seen_revision then
        next_state := 'pending';
      elsif work.unsettled_until > now() then
        -- An earlier update without an answer may arrive yet and bring an older e-mail back, so it is repeated then.
        next_state := 'pending';
        due_at := work.unsettled_until;
      end if;
    when 'delete' then
      next_kind := 'delete';
      if profile.id is not null then
        next_kind := 'create';
        next_state := 'pending';
      end if;
    else
      raise exception 'Unknown kind of work: %', completed_kind;
  end case;

  update public.stripe_customer_work as w set
    kind = next_kind,
    state = next_state,
    stripe_customer = case when next_kind = 'create' then null else customer end,
    key_number = w.key_number + (next_kind = 'create')::integer,
    -- The key has served, and its parameters are personal data.
    parameters = null,
    first_attempt_at = null,
    attempts = 0,
    next_attempt_at = due_at,
    lease_token = null,
    unsettled_until = case when due_at > now() then due_at end,
    last_error = null,
    done_at = case when next_state = 'done' then now() end
  where w.profile_id = target;

  return case when next_state = 'pending' and due_at <= now() then 'more' else 'done' end;
end
$$;

-- Gives the lease back and sets the time of the next attempt. Returns the seconds until then; null if the lease is lost.
-- An attempt that says nothing about the row itself (a rate limit, a bad key) is not counted.
create function public.retry_stripe_customer_work(
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
    attempts = case when counted then work.attempts else work.attempts - 1 end,
    unsettled_until = case when unsettled then now() + interval '5 minutes' else work.unsettled_until end,
    lease_token = null,
    last_error = error
  where work.profile_id = target and work.lease_token = lease
  returning extract(epoch from work.next_attempt_at - now())::double precision;
$$;

-- Gives the row up until it is requeued, or its profile changes. Returns 'failed', 'more' (it has changed already and
-- is due at once) or 'lease_lost'. Where Stripe refused to create, it stored nothing under the key, so that the next
-- attempt may come with a new key and new parameters.
create function public.fail_stripe_customer_work(
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
    lease_token = null,
    last_error = error
  where work.profile_id = target and work.lease_token = lease
  returning work.state into new_state;
  return case new_state when 'failed' then 'failed' when 'pending' then 'more' else 'lease_lost' end;
end
$$;

-- Opens a row again, whatever its state: a failed one for another attempt, a finished one to make Stripe agree once more.
-- Returns whether there is such a row.
create function public.requeue_stripe_customer_work(target uuid) returns boolean
language plpgsql
security definer
set search_path = ''
as $$
begin
  update public.stripe_customer_work as work set
    state = 'pending',
    revision = work.revision + 1,
    attempts = 0,
    next_attempt_at = case when work.lease_token is null then now() else work.next_attempt_at end,
    done_at = null,
    failed_at = null
  where work.profile_id = target;
  return found;
end
$$;

-- Undoes the link to a customer that was deleted in Stripe, and opens the row to create another. It takes the lease away
-- from whoever is updating the deleted customer. Returns the profile's id, or null if no profile has this customer.
create function public.unlink_stripe_customer(customer text) returns uuid
language plpgsql
security definer
set search_path = ''
as $$
declare
  unlinked uuid;
begin
  update public.profile as p set stripe_customer = null where p.stripe_customer = customer
  returning p.id into unlinked;

  update public.stripe_customer_work as work set
    kind = 'create',
    state = 'pending',
    revision = work.revision + 1,
    key_number = work.key_number + 1,
    stripe_customer = null,
    parameters = null,
    first_attempt_at = null,
    attempts = 0,
    next_attempt_at = now(),
    lease_token = null,
    unsettled_until = null,
    last_error = null,
    done_at = null,
    failed_at = null
  where work.profile_id = unlinked;
  return unlinked;
end
$$;

-- What is known about one profile; no row where there is neither a profile nor work.
create function public.read_stripe_customer(target uuid)
returns table (
  profile_exists boolean,
  stripe_customer text,
  state text,
  leased boolean,
  next_attempt_at timestamptz,
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
    work.next_attempt_at,
    greatest(0, extract(epoch from work.next_attempt_at - now()))::double precision,
    work.last_error
  from (select 1) as always
  left join public.profile as profile on profile.id = target
  left join public.stripe_customer_work as work on work.profile_id = target
  where profile.id is not null or work.profile_id is not null;
$$;

-- Adds what the triggers could not write: profiles for users without one, and work for profiles without any.
-- By default only for users of the last day; with null for all, which also brings in the users from before the triggers.
-- Returns the number of rows added.
create function public.restore_missing_profiles(signed_up_within interval default interval '1 day') returns integer
language plpgsql
security definer
set search_path = ''
as $$
declare
  profiles integer;
  works integer;
begin
  insert into public.profile (id, email)
  select users.id, users.email
  from auth.users as users
  where users.deleted_at is null
    and (signed_up_within is null or users.created_at > now() - signed_up_within)
    and not exists (select from public.profile where profile.id = users.id)
  on conflict do nothing;
  get diagnostics profiles = row_count;

  insert into public.stripe_customer_work (profile_id, kind, stripe_customer)
  select profile.id, case when profile.stripe_customer is null then 'create' else 'update' end, profile.stripe_customer
  from public.profile as profile
  where (signed_up_within is null or profile.created_at > now() - signed_up_within)
    and not exists (select from public.stripe_customer_work as work where work.profile_id = profile.id)
  on conflict do nothing;
  get diagnostics works = row_count;

  return profiles + works;
end
$$;

revoke all on function
  public.open_stripe_customer_work(),
  public.bury_stripe_customer_work(),
  public.stripe_customer_parameters(uuid, text),
  public.claim_stripe_customer_work(uuid, double precision, integer, uuid),
  public.renew_stripe_customer_key(uuid, uuid),
  public.complete_stripe_customer_work(uuid, uuid, text, text, text, integer),
  public.retry_stripe_customer_work(uuid, uuid, integer, double precision, jsonb, boolean, boolean),
  public.fail_stripe_customer_work(uuid, uuid, integer, jsonb, boolean),
  public.requeue_stripe_customer_work(uuid),
  public.unlink_stripe_customer(text),
  public.read_stripe_customer(uuid),
  public.restore_missing_profiles(interval)
from public, anon, authenticated, service_role;

grant execute on function
  public.claim_stripe_customer_work(uuid, double precision, integer, uuid),
  public.renew_stripe_customer_key(uuid, uuid),
  public.complete_stripe_customer_work(uuid, uuid, text, text, text, integer),
  public.retry_stripe_customer_work(uuid, uuid, integer, double precision, jsonb, boolean, boolean),
  public.fail_stripe_customer_work(uuid, uuid, integer, jsonb, boolean),
  public.requeue_stripe_customer_work(uuid),
  public.unlink_stripe_customer(text),
  public.read_stripe_customer(uuid),
  public.restore_missing_profiles(interval)
to service_role;
