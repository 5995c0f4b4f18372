-- The work that is left so that every profile has exactly one Stripe customer, with its current e-mail.
--
-- Work is a row, written in the transaction that makes it necessary, so a crash cannot lose it. Workers claim rows under a
-- lease, call Stripe, and record the result. Every function that records checks the lease, so a slow worker cannot
-- overwrite what another one has done since.
--
-- All instants come from the database. Callers pass durations, so the clocks of the instances need not agree.
--
-- Locks are always taken on the profile first and on the work row second, because the triggers below hold the profile.

create table if not exists public.stripe_customer_work (
  -- No foreign key: the row outlives its profile, as the tombstone from which the customer is deleted.
  profile_id uuid primary key,
  kind text not null default 'create' check (kind in ('create', 'update', 'delete')),
  state text not null default 'pending' check (state in ('pending', 'waiting', 'done', 'failed', 'dismissed')),
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

-- Rows of earlier versions that are done need no look at Stripe; rows that are not done may be of any age.
do $$
begin
  if not exists (
    select from pg_catalog.pg_attribute
    where attrelid = 'public.stripe_customer_work'::regclass and attname = 'look_first'
  ) then
    alter table public.stripe_customer_work
      add column look_first boolean not null default false,
      add column key_since timestamptz;
    alter table public.stripe_customer_work alter column look_first set default true;
    update public.stripe_customer_work set look_first = true where state <> 'done' and parameters is null;
  end if;
end
$$;

comment on table public.stripe_customer_work is 'The outbox to Stripe. One row for every profile, kept after the profile is deleted.';
comment on column public.stripe_customer_work.revision is 'Counts changes to the row by others than its worker, so that work based on an older state does not close it.';
comment on column public.stripe_customer_work.idempotency_key is 'The key under which the customer is created. Changes only once the earlier key certainly created no customer that still exists.';
comment on column public.stripe_customer_work.parameters is 'The parameters of customers.create, frozen at the first attempt, because Stripe refuses a key with other parameters.';
comment on column public.stripe_customer_work.look_first is 'A customer may exist that the row does not know: Stripe is asked before anything is created, or before a link is trusted.';
comment on column public.stripe_customer_work.key_since is 'When the key was taken. Stripe forgets it a day after it was sent. Null if unknown.';
comment on column public.stripe_customer_work.stripe_customer is 'The customer, even after its profile is deleted.';
comment on column public.stripe_customer_work.next_attempt_at is 'When the row can be claimed: at the next attempt, or at the end of the lease.';
comment on column public.stripe_customer_work.lease_token is 'The token of the worker that claimed the row last, until that worker reports.';
comment on column public.stripe_customer_work.unsettled_until is 'Until then, a request without a response may still take effect in Stripe.';

create index if not exists stripe_customer_work_due on public.stripe_customer_work (next_attempt_at) where state = 'pending';

-- Row-level security without a policy and no grant to write: the service role reads, and the functions write.
alter table public.stripe_customer_work enable row level security;

-- Applies changes of customers in Stripe's dashboard to their profiles, through the events that Stripe sends.
--
-- One function records an event and applies it in one transaction. An event that could not be applied is not recorded
-- either, so Stripe sends it again. Events arrive late, twice and in any order, so none shows the present state. But a
-- deletion is final whenever it arrives, and a change only makes the work due, which reads the present state.

create table if not exists public.stripe_event (
  id text primary key check (id like 'evt\_%' and length(id) <= 255),
  type text not null check (type in ('customer.deleted', 'customer.updated')),
  stripe_customer text not null check (stripe_customer like 'cus\_%'),
  profile_id uuid,
  outcome text not null check (outcome in ('unlinked', 'reopened', 'unchanged', 'unknown_customer')),
  received_at timestamptz not null default now()
);

comment on table public.stripe_event is 'The events from Stripe of the last 31 days, so that each is applied once. Stripe can send an event again for 30 days.';
comment on column public.stripe_event.profile_id is 'The profile that had the customer. Null if none had it.';

create index if not exists stripe_event_received_at on public.stripe_event (received_at);
create index if not exists stripe_event_deleted on public.stripe_event (stripe_customer) where type = 'customer.deleted';

alter table public.stripe_event enable row level security;

-- Recognises Supabase Auth by its columns, because a project may have an auth.users of its own. In the catalogue, because a role
-- without rights on the schema must be able to ask, too. Once, because each sign-up needs the answer: if Supabase Auth is added
-- later, apply this SQL again.
do $$
begin
  if (
    select count(*) = 6
    from pg_catalog.pg_attribute
    join pg_catalog.pg_class on pg_class.oid = attrelid
    where relnamespace = to_regnamespace('auth') and relname = 'users' and not attisdropped
      and (
        attname = 'email'
        or attname = 'id' and atttypid = 'uuid'::regtype
        or attname in ('created_at', 'email_confirmed_at', 'phone_confirmed_at') and atttypid = 'timestamptz'::regtype
        or attname = 'is_anonymous' and atttypid = 'boolean'::regtype
      )
  ) then
    create or replace function public.has_supabase_auth() returns boolean
    language plpgsql
    immutable
    set search_path = ''
    as $function$ begin return true; end $function$;
  else
    create or replace function public.has_supabase_auth() returns boolean
    language plpgsql
    immutable
    set search_path = ''
    as $function$ begin return false; end $function$;
  end if;
end
$$;

-- Who gets a customer. The rule decides when a row to create one would become due; a row that it does not allow waits.
--
-- One trigger on the table of work asks the rule, so no function that makes rows due can forget it. A row with frozen parameters
-- does not wait, because its customer may exist already, nor does a row under a lease.

do $$
begin
  -- The default of earlier versions took every auth.users for that of Supabase Auth.
  if exists (
    select from pg_catalog.pg_proc
    where oid = to_regprocedure('public.may_have_stripe_customer(uuid)') and md5(prosrc) = '585eb258f3880c250fc6f0c08318a2df'
  ) then
    drop function public.may_have_stripe_customer(uuid);
  end if;

  -- A project may replace it. It is created only if there is none.
  if to_regprocedure('public.may_have_stripe_customer(uuid)') is null then
    create function public.may_have_stripe_customer(profile_id uuid) returns boolean
    language plpgsql
    stable
    security definer
    set search_path = ''
    as $function$
    begin
      if not public.has_supabase_auth() then
        return true;
      end if;
      -- Supabase Auth also sets these columns for an identity provider that has verified the address.
      return coalesce(
        (
          select users.is_anonymous is not true and coalesce(users.email_confirmed_at, users.phone_confirmed_at) is not null
          from auth.users as users
          where users.id = may_have_stripe_customer.profile_id
        ),
        -- The profile is not that of a user of Supabase Auth.
        true
      );
    end
    $function$;
  end if;
end
$$;

-- Earlier versions had fewer states.
do $$
begin
  if not exists (
    select from pg_catalog.pg_constraint
    where conrelid = 'public.stripe_customer_work'::regclass
      and conname = 'stripe_customer_work_state_check'
      and pg_get_constraintdef(oid) like '%dismissed%'
  ) then
    alter table public.stripe_customer_work
      drop constraint stripe_customer_work_state_check,
      add constraint stripe_customer_work_state_check check (state in ('pending', 'waiting', 'done', 'failed', 'dismissed'));
  end if;
end
$$;

comment on column public.stripe_customer_work.state is 'Whether something is to be done. ''waiting'': the rule does not allow a customer yet, and next_attempt_at is when it is asked again. ''dismissed'': nobody wants it any more.';

create index if not exists stripe_customer_work_waiting on public.stripe_customer_work (next_attempt_at) where state = 'waiting';

-- Asks the rule. A rule that raises must not make a sign-up fail, so it counts as no.
create or replace function public.is_stripe_customer_allowed(target uuid) returns boolean
language plpgsql
security definer
set search_path = ''
as $$
begin
  return coalesce(public.may_have_stripe_customer(target), false);
exception when others then
  raise warning 'public.may_have_stripe_customer raised for profile %: % (%). The profile gets no customer until it is fixed.',
    target, sqlerrm, sqlstate;
  return false;
end
$$;

create or replace function public.hold_stripe_customer_work() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if not public.is_stripe_customer_allowed(new.profile_id) then
    new.state := 'waiting';
    new.done_at := null;
    new.failed_at := null;
    -- Usually a trigger asks again. Otherwise a sweep does, the more seldom the older the row is.
    new.next_attempt_at := now() + least(greatest(now() - new.created_at, interval '1 hour'), interval '7 days');
  end if;
  return new;
end
$$;

drop trigger if exists hold_stripe_customer_work on public.stripe_customer_work;
create trigger hold_stripe_customer_work
  before insert or update on public.stripe_customer_work
  for each row
  when (
    new.state = 'pending' and new.kind = 'create' and new.stripe_customer is null
    and new.parameters is null and new.lease_token is null
  )
  execute function public.hold_stripe_customer_work();

-- Rows from before the rule: the trigger asks it.
update public.stripe_customer_work as work set next_attempt_at = work.next_attempt_at
where work.state = 'pending' and work.kind = 'create' and work.stripe_customer is null
  and work.parameters is null and work.lease_token is null;

-- Asks the rule again for one profile that waits. Call it from a trigger on what a replaced rule reads. Returns whether the row
-- is due now.
create or replace function public.reconsider_stripe_customer(target uuid) returns boolean
language plpgsql
security definer
set search_path = ''
as $$
begin
  update public.stripe_customer_work as work set
    state = 'pending',
    attempts = 0,
    next_attempt_at = now(),
    last_error = null
  where work.profile_id = target and work.state = 'waiting' and public.is_stripe_customer_allowed(target);
  return found;
end
$$;

-- Asks the rule again for rows that have waited longest for it. A slow rule must not make a claim time out, so it stops after half a
-- second: the next call asks about the others, because each row that was asked about waits on. With nothing to ask, it reads one page of an
-- index. Returns the number of rows that are due now.
create or replace function public.reconsider_waiting_stripe_customers(batch integer default 100) returns integer
language plpgsql
security definer
set search_path = ''
as $$
declare
  due integer := 0;
  began constant timestamptz := clock_timestamp();
  asked record;
  is_due boolean;
begin
  -- Each claim asks, and usually there is nothing.
  if not exists (
    select from public.stripe_customer_work as work where work.state = 'waiting' and work.next_attempt_at <= now()
  ) then
    return due;
  end if;
  for asked in
    select waiting.profile_id
    from public.stripe_customer_work as waiting
    where waiting.state = 'waiting' and waiting.next_attempt_at <= now()
    order by waiting.next_attempt_at
    limit batch
    for update skip locked
  loop
    update public.stripe_customer_work as work set
      state = 'pending',
      attempts = 0,
      next_attempt_at = now(),
      last_error = null
    where work.profile_id = asked.profile_id
    -- The trigger lets a row wait on that the rule still does not allow.
    returning work.state = 'pending' into is_due;
    due := due + is_due::integer;
    exit when clock_timestamp() - began >= interval '500 milliseconds';
  end loop;
  return due;
end
$$;

-- Asks the rule again when Supabase Auth confirms a user, or an anonymous user becomes permanent. It never raises, because the
-- confirmation must not fail.
create or replace function public.reconsider_stripe_customer_of_user() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform public.reconsider_stripe_customer(new.id);
  return null;
exception when others then
  raise warning 'The customer of user % was not made due: % (%). A sweep asks again within a week.', new.id, sqlerrm, sqlstate;
  return null;
end
$$;

-- What a new customer is created with, beside its e-mail and the id of its profile.

do $$
begin
  -- A project may replace it: name, phone, preferred_locales and metadata, as Stripe's API names them. It is created only if there
  -- is none.
  if to_regprocedure('public.stripe_customer_details(uuid)') is null then
    create function public.stripe_customer_details(profile_id uuid) returns jsonb
    language sql
    stable
    security definer
    set search_path = ''
    as $function$ select '{}'::jsonb $function$;
  end if;
end
$$;

-- Returns what is wrong with details, or null if nothing is. Stripe's own bounds, so that a row fails with a reason that names the
-- function instead of a refusal by Stripe.
create or replace function public.find_stripe_customer_detail_fault(details jsonb) returns text
language plpgsql
immutable
set search_path = ''
as $$
declare
  metadata jsonb;
  unknown text;
begin
  if jsonb_typeof(details) <> 'object' then
    return 'it must return an object';
  end if;
  select string_agg(key, ', ') into unknown from jsonb_object_keys(details) as key
  where key not in ('name', 'phone', 'preferred_locales', 'metadata');
  if unknown is not null then
    return format('it may return name, phone, preferred_locales and metadata, but not %s', unknown);
  end if;
  if details ? 'name' and (jsonb_typeof(details -> 'name') <> 'string' or length(details ->> 'name') not between 1 and 256) then
    return 'name must be a text of 1 to 256 characters';
  end if;
  if details ? 'phone' and (jsonb_typeof(details -> 'phone') <> 'string' or length(details ->> 'phone') not between 1 and 20) then
    return 'phone must be a text of 1 to 20 characters';
  end if;
  if details ? 'preferred_locales' and (
    jsonb_typeof(details -> 'preferred_locales') <> 'array'
    or jsonb_path_exists(details -> 'preferred_locales', 'strict $[*] ? (@.type() <> "string")')
  ) then
    return 'preferred_locales must be an array of texts';
  end if;
  metadata := coalesce(details -> 'metadata', '{}');
  if jsonb_typeof(metadata) <> 'object' then
    return 'metadata must be an object';
  end if;
  if metadata ? 'profile_id' then
    return 'metadata.profile_id is the engine''s own';
  end if;
  if (select count(*) from jsonb_object_keys(metadata)) > 49 then
    return 'metadata may have 49 keys';
  end if;
  if exists (
    select from jsonb_each(metadata) as entry
    where length(entry.key) not between 1 and 40
      or entry.key ~ '[][]'
      or jsonb_typeof(entry.value) <> 'string'
      or length(entry.value #>> '{}') not between 1 and 500
  ) then
    return 'metadata must have keys of up to 40 characters without brackets, and texts of up to 500 characters';
  end if;
  return null;
end
$$;

-- Returns the parameters of customers.create, or {"refused": reason} if the project's function returns something else than
-- details. It never raises, because one row must not hold up the others that are claimed with it.
create or replace function public.build_stripe_customer_parameters(profile_id uuid, email text) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  details jsonb;
  fault text;
begin
  begin
    details := jsonb_strip_nulls(coalesce(public.stripe_customer_details(profile_id), '{}'));
    if details <> '{}' then
      fault := public.find_stripe_customer_detail_fault(details);
    end if;
  exception when others then
    fault := format('it raised %s (%s)', sqlerrm, sqlstate);
  end;
  if fault is not null then
    return jsonb_build_object('refused', fault);
  end if;
  return jsonb_strip_nulls(jsonb_build_object('email', email))
    || details
    || jsonb_build_object(
      'metadata', coalesce(details -> 'metadata', '{}') || jsonb_build_object('profile_id', profile_id)
    );
end
$$;

-- What the triggers on the table of profiles do. They know the names of its columns from their arguments, and read the rest
-- from the view stripe_customer_profile.

-- Returns whether no earlier customer can exist: the user signed up a moment ago, and nothing was repaired or restored.
create or replace function public.is_fresh_sign_up(target uuid) returns boolean
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  if not public.has_supabase_auth() or current_setting('stripe_customers.repairing', true) = 'on' then
    return false;
  end if;
  return exists (
    select from auth.users as users where users.id = target and users.created_at > now() - interval '1 hour'
  );
end
$$;

-- Makes the row of a new profile due, or makes it due again after a change of the e-mail. Argument: the column of the id.
create or replace function public.enqueue_stripe_customer_work() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  insert into public.stripe_customer_work as work (profile_id, kind, stripe_customer, look_first, key_since, account_number)
  select
    profile.id,
    case when profile.stripe_customer is null then 'create' else 'update' end,
    profile.stripe_customer,
    profile.stripe_customer is not null or not public.is_fresh_sign_up(profile.id),
    now(),
    public.current_stripe_customer_account()
  from public.stripe_customer_profile as profile
  where profile.id = (to_jsonb(new) ->> tg_argv[0])::uuid
  on conflict (profile_id) do update set
    -- A profile that returns under its old id waits until the old customer is deleted. Otherwise it would have two. If it
    -- returns with its customer, it was restored and keeps it.
    kind = case
      when work.kind = 'delete' and work.state not in ('done', 'dismissed') and excluded.stripe_customer is null then 'delete'
      else excluded.kind
    end,
    stripe_customer = case
      when work.kind = 'delete' and work.state not in ('done', 'dismissed') and excluded.stripe_customer is null
        then work.stripe_customer
      else excluded.stripe_customer
    end,
    key_number = work.key_number + (work.kind = 'delete' and work.state in ('done', 'dismissed'))::integer,
    key_since = case when work.kind = 'delete' and work.state in ('done', 'dismissed') then now() else work.key_since end,
    account_number = case
      when work.stripe_customer is distinct from excluded.stripe_customer and excluded.stripe_customer is not null
        then excluded.account_number
      else work.account_number
    end,
    -- Also if the profile vanished with its customer, and nobody noticed.
    look_first = work.look_first or work.kind = 'delete' or (work.kind = 'update' and excluded.kind = 'create'),
    state = 'pending',
    revision = work.revision + 1,
    attempts = 0,
    -- The holder of a lease keeps it. The new revision prevents that it closes the row.
    next_attempt_at = case when work.lease_token is null then now() else work.next_attempt_at end,
    last_error = null,
    done_at = null,
    failed_at = null;
  return null;
end
$$;

-- Follows a change of the link by anyone but the engine, which writes the customer to the row of work first. A link that was
-- cleared makes the row due to find the customer or to create one; one that was set, to check and to mark the customer.
-- Arguments: the columns of the id and of the customer.
create or replace function public.follow_stripe_customer_link() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  customer text := to_jsonb(new) ->> tg_argv[1];
begin
  insert into public.stripe_customer_work as work (profile_id, kind, stripe_customer, key_since, account_number)
  values (
    (to_jsonb(new) ->> tg_argv[0])::uuid,
    case when customer is null then 'create' else 'update' end,
    customer,
    now(),
    public.current_stripe_customer_account()
  )
  on conflict (profile_id) do update set
    kind = excluded.kind,
    state = 'pending',
    revision = work.revision + 1,
    -- With parameters, the key may have been sent. It is kept, so that the next worker finds out what became of it.
    key_number = work.key_number + (work.parameters is null)::integer,
    key_since = case when work.parameters is null then now() else work.key_since end,
    look_first = true,
    stripe_customer = excluded.stripe_customer,
    account_number = case when customer is null then work.account_number else excluded.account_number end,
    attempts = 0,
    next_attempt_at = now(),
    unsettled_until = case when work.lease_token is null then work.unsettled_until else now() + interval '5 minutes' end,
    lease_token = null,
    last_error = null,
    done_at = null,
    failed_at = null
  where work.kind <> 'delete' and work.stripe_customer is distinct from excluded.stripe_customer;
  return null;
end
$$;

-- Turns the row of a deleted profile into its tombstone. It may raise: without the tombstone, the user would be deleted
-- while the subscription continues. Arguments: the columns of the id and of the customer.
create or replace function public.tombstone_stripe_customer_work() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  deleted_id uuid := (to_jsonb(old) ->> tg_argv[0])::uuid;
  customer text := to_jsonb(old) ->> tg_argv[1];
  nothing_to_delete boolean;
begin
  -- Parameters are frozen before the call to Stripe, so without them the engine created no customer. A row that has to look
  -- first may belong to a customer from before the row.
  select customer is null and work.stripe_customer is null and work.parameters is null and not work.look_first
  into nothing_to_delete
  from public.stripe_customer_work as work
  where work.profile_id = deleted_id
  for update;

  nothing_to_delete := coalesce(nothing_to_delete, false);

  insert into public.stripe_customer_work as work (profile_id, kind, state, stripe_customer, key_since, done_at, account_number)
  values (
    deleted_id,
    'delete',
    case when nothing_to_delete then 'done' else 'pending' end,
    customer,
    now(),
    case when nothing_to_delete then now() end,
    public.current_stripe_customer_account()
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

-- A customer can be deleted in Stripe after it was created and before it is linked here. Its event then finds no profile,
-- so the link looks for the event. Deferred, because the transaction that links also closes the row of work afterwards,
-- and this trigger makes it due again. Arguments: the columns of the id and of the customer.
create or replace function public.reopen_work_of_deleted_stripe_customer() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  customer text := to_jsonb(new) ->> tg_argv[1];
begin
  perform public.lock_stripe_customer(customer);
  if exists (
    select from public.stripe_event as event
    where event.type = 'customer.deleted' and event.stripe_customer = customer
  ) then
    perform public.requeue_stripe_customer_work((to_jsonb(new) ->> tg_argv[0])::uuid);
  end if;
  return null;
end
$$;

-- Whether the wake-ups arrive. A lost one costs seconds, so nobody would notice that all are lost.

alter table public.stripe_customer_work
  add column if not exists claimed_by text check (claimed_by in ('wake_up', 'schedule')),
  add column if not exists made_by text check (made_by in ('wake_up', 'schedule')),
  add column if not exists made_at timestamptz;

comment on column public.stripe_customer_work.claimed_by is 'Who claimed the row last: a call for this profile, such as a wake-up causes, or a sweep.';
comment on column public.stripe_customer_work.made_by is 'Who had claimed the row when its customer was created or found.';

create index if not exists stripe_customer_work_made on public.stripe_customer_work (made_at) include (made_by) where made_at is not null;

create table if not exists public.stripe_customer_wake_up (
  request_id bigint primary key,
  sent_at timestamptz not null default now()
);

comment on table public.stripe_customer_wake_up is 'The requests of the last hours to the route, by which their responses are found in net._http_response.';

create index if not exists stripe_customer_wake_up_sent_at on public.stripe_customer_wake_up (sent_at);

alter table public.stripe_customer_wake_up enable row level security;

-- Remembers a request of pg_net, and forgets some old ones, so that the table holds about two hours.
create or replace function public.remember_stripe_customer_wake_up(request bigint) returns void
language sql
security definer
set search_path = ''
as $$
  -- The numbers of pg_net begin again when the extension is created again.
  insert into public.stripe_customer_wake_up as wake_up (request_id) values (request)
  on conflict (request_id) do update set sent_at = excluded.sent_at;

  delete from public.stripe_customer_wake_up as wake_up
  where wake_up.request_id in (
    select old.request_id
    from public.stripe_customer_wake_up as old
    where old.sent_at < now() - interval '2 hours'
    order by old.sent_at
    limit 5
    for update skip locked
  );
$$;

-- Reports the last hour: who made the customers, and what became of the newest 1,000 wake-ups. A result is the status of the
-- response, 'timeout', 'unreachable', or 'no_response' after two minutes.
create or replace function public.report_stripe_customer_wake_ups()
returns table (
  installed boolean,
  configured boolean,
  made_by_wake_up bigint,
  made_by_schedule bigint,
  results jsonb,
  newest_results text[]
)
language plpgsql
stable
security definer
set search_path = ''
-- The tables of pg_net may never have been analyzed. A nested loop would then compare each request with each response.
set enable_nestloop = off
as $$
begin
  select count(*) filter (where work.made_by = 'wake_up'), count(*) filter (where work.made_by = 'schedule')
  into made_by_wake_up, made_by_schedule
  from public.stripe_customer_work as work
  where work.made_at > now() - interval '1 hour';

  -- In the catalogue, because to_regclass raises for a role without rights on the schema.
  select count(*) = 2 into installed
  from pg_catalog.pg_class
  where (relnamespace, relname) in ((to_regnamespace('net'), '_http_response'), (to_regnamespace('vault'), 'decrypted_secrets'))
    and has_schema_privilege(relnamespace, 'usage')
    and has_table_privilege(oid, 'select');
  configured := false;
  results := '{}';
  newest_results := '{}';
  if not installed then
    return next;
    return;
  end if;

  select count(distinct secret.name) = 2 into configured
  from vault.decrypted_secrets as secret
  where secret.name in ('api_route_url', 'api_route_secret');

  with wake_up as (
    select sent.request_id, sent.sent_at
    from public.stripe_customer_wake_up as sent
    where sent.sent_at > now() - interval '1 hour'
    order by sent.sent_at desc
    limit 1000
  ),
  settled as (
    select
      wake_up.request_id,
      wake_up.sent_at,
      case
        when response.id is null then 'no_response'
        when response.timed_out then 'timeout'
        when response.status_code is null then 'unreachable'
        else response.status_code::text
      end as result
    from wake_up
    left join net._http_response as response
      on response.id = wake_up.request_id
      and response.created >= wake_up.sent_at
      and response.created > now() - interval '1 hour'
    where response.id is not null or wake_up.sent_at < now() - interval '2 minutes'
  )
  select
    coalesce((
      select jsonb_object_agg(counted.result, counted.count)
      from (select settled.result, count(*) as count from settled group by settled.result) as counted
    ), '{}'),
    array(select settled.result from settled order by settled.sent_at desc, settled.request_id desc limit 3)
  into results, newest_results;
  return next;
end
$$;

-- Notifies the application's API route at once of a new or changed profile, through pg_net, which sends after the commit.
--
-- It is only a notification: the work is in its table already, and the sweep does what a lost notification leaves. So nothing
-- here may make a sign-up fail, and a lost request does no harm.
--
-- Address and secret come from Vault, not from the trigger's definition, which every database role can read:
--   select vault.create_secret('https://app.example.com/api/create-stripe-customer', 'api_route_url');
--   select vault.create_secret('<the value of API_ROUTE_SECRET>', 'api_route_secret');

-- There is nothing to install if the schema `net` exists already, or if pg_net is not available.
do $$
begin
  if exists (select from pg_catalog.pg_available_extensions where name = 'pg_net')
    and not exists (select from pg_catalog.pg_namespace where nspname = 'net')
  then
    create extension if not exists pg_net;
  end if;
end
$$;

-- Arguments: the columns of the id and of the e-mail. Nothing else of the row is sent.
create or replace function public.notify_stripe_customer_route() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  profile_id text := to_jsonb(new) ->> tg_argv[0];
  url text;
  secret text;
begin
  -- The schedule is fast enough for repairs, a back-fill and a restore, and a million notifications are too many.
  if to_regclass('vault.decrypted_secrets') is null
    or current_setting('stripe_customers.repairing', true) = 'on'
    or tg_op = 'INSERT' and not public.is_fresh_sign_up(profile_id::uuid)
  then
    return null;
  end if;
  -- Such as a user who has not confirmed the address yet.
  if not exists (
    select from public.stripe_customer_work as work (id) where work.id = profile_id::uuid and work.state = 'pending'
  ) then
    return null;
  end if;

  select
    max(decrypted_secret) filter (where name = 'api_route_url'),
    max(decrypted_secret) filter (where name = 'api_route_secret')
  into url, secret
  from vault.decrypted_secrets
  where name in ('api_route_url', 'api_route_secret');

  if url is null or secret is null then
    raise warning 'The route was not notified of profile %: the secret % is missing in Vault. The next sweep does the work.',
      profile_id, case when url is null then 'api_route_url' else 'api_route_secret' end;
    return null;
  end if;

  perform public.remember_stripe_customer_wake_up(net.http_post(
    url := url,
    body := jsonb_build_object(
      'type', tg_op,
      'table', tg_table_name,
      'schema', tg_table_schema,
      'record', jsonb_build_object('id', profile_id, 'email', to_jsonb(new) ->> tg_argv[1]),
      'old_record', case
        when tg_op = 'UPDATE' then jsonb_build_object('id', profile_id, 'email', to_jsonb(old) ->> tg_argv[1])
      end
    ),
    headers := jsonb_build_object('content-type', 'application/json', 'x-api-key', secret),
    -- pg_net's default is too short for a route that waits for Stripe.
    timeout_milliseconds := 10000
  ));
  return null;
exception when others then
  raise warning 'The route was not notified of profile %: % (%). The next sweep does the work.', profile_id, sqlerrm, sqlstate;
  return null;
end
$$;

-- What an application may add to the engine. These are the defaults, for an application whose profiles need no repair. They are
-- created only if there are none, so that this script can be applied again.

do $$
begin
  -- Writes what the application's triggers could not. Each sweep begins with it, so its time must not depend on the number of
  -- users. Returns the number of rows written.
  if to_regprocedure('public.repair_profile_rows()') is null then
    create function public.repair_profile_rows() returns integer
    language sql
    set search_path = ''
    as 'select 0';
  end if;

  -- Does the same for all users, some at a time, in the order of their ids. Returns the last user that was checked, or null if
  -- none is left, and the number of rows written.
  if to_regprocedure('public.repair_profile_page(uuid, integer)') is null then
    create function public.repair_profile_page(after uuid default null, batch integer default 1000)
    returns table (last uuid, written integer)
    language sql
    set search_path = ''
    as 'select null::uuid, 0';
  end if;

  -- Counts the users without a profile, and the profiles whose e-mail is not that of their user.
  if to_regprocedure('public.count_profile_repairs()') is null then
    create function public.count_profile_repairs() returns table (missing bigint, outdated bigint)
    language sql
    stable
    set search_path = ''
    as 'select 0::bigint, 0::bigint';
  end if;
end
$$;

-- Profiles that vanish without their row trigger: by `truncate`, or while triggers are off. Their rows of work remain, and any
-- row of work without a profile is the proof that the profile existed.

-- One row: whether the rows of work are being checked, and up to which profile they were.
create table if not exists public.stripe_customer_check (
  only_row boolean primary key default true check (only_row),
  checking boolean not null default false,
  checked_to uuid
);

comment on table public.stripe_customer_check is 'How far the sweep is with the rows of work whose profile may have vanished.';

insert into public.stripe_customer_check default values on conflict do nothing;

alter table public.stripe_customer_check enable row level security;

-- After `truncate`, each sweep checks some rows of work. To turn all of them into tombstones at once would take too long.
create or replace function public.check_vanished_profiles() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  update public.stripe_customer_check set checking = true, checked_to = null;
  return null;
end
$$;

-- Turns rows of work without a profile into tombstones, in the order of their ids. Returns the last row that was checked, or
-- null if none is left, and how many tombstones there are now.
create or replace function public.tombstone_vanished_profiles(after uuid default null, batch integer default 1000)
returns table (last uuid, written integer)
language plpgsql
security definer
set search_path = ''
as $$
declare
  ids uuid[];
  revisions integer[];
begin
  select array_agg(page.profile_id order by page.profile_id), array_agg(page.revision order by page.profile_id)
  into ids, revisions
  from (
    select work.profile_id, work.revision
    from public.stripe_customer_work as work
    where work.profile_id > coalesce(after, '00000000-0000-0000-0000-000000000000')
    order by work.profile_id
    limit batch
  ) as page;

  update public.stripe_customer_work as work set
    kind = 'delete',
    state = 'pending',
    revision = work.revision + 1,
    attempts = 0,
    next_attempt_at = case when work.lease_token is null then now() else work.next_attempt_at end,
    last_error = null,
    done_at = null,
    failed_at = null
  from unnest(ids, revisions) as page (profile_id, revision)
  where work.profile_id = page.profile_id
    and work.kind <> 'delete'
    -- Not if the profile returned at this moment.
    and work.revision = page.revision
    and not exists (select from public.stripe_customer_profile as profile where profile.id = page.profile_id);
  get diagnostics written = row_count;
  last := ids[batch];
  return next;
end
$$;

-- The first version could also check all profiles, in one statement.
drop function if exists public.repair_profiles(interval);

-- Writes what triggers could not: the application's part, and the tombstones of profiles that were truncated. Each sweep begins
-- with it. Returns the number of rows written.
create or replace function public.repair_profiles() returns integer
language plpgsql
security definer
set search_path = ''
as $$
declare
  repaired integer := public.repair_profile_rows();
  progress record;
  page record;
begin
  select * into progress from public.stripe_customer_check where checking for update skip locked;
  if not found then
    return repaired;
  end if;
  select * into page from public.tombstone_vanished_profiles(progress.checked_to, 5000);
  update public.stripe_customer_check set checking = page.last is not null, checked_to = page.last;
  return repaired + page.written;
end
$$;

-- The table of profiles: everything of the engine that knows its name and its columns.

-- Links and work belong to the table and its columns, so only where the e-mail is can change.
do $$
begin
  if to_regclass('public.stripe_customer_profile') is not null and (
    select count(*) <> 2
    from pg_catalog.pg_attribute
    where attrelid = '"public"."profile"'::regclass and attname in ('id', 'stripe_customer')
      and exists (
        select from pg_catalog.pg_depend
        join pg_catalog.pg_rewrite on pg_rewrite.oid = objid
        where classid = 'pg_catalog.pg_rewrite'::regclass and ev_class = to_regclass('public.stripe_customer_profile')
          and refclassid = 'pg_catalog.pg_class'::regclass and refobjid = attrelid and refobjsubid = attnum
      )
  ) then
    raise exception 'The engine of stripe-customers is installed for another table, or for other columns.'
      using hint = 'Uninstall it first: npx stripe-customers sql --uninstall';
  end if;
end
$$;

-- Selecting `for no key update` from this view and updating the customer through it works as on the table.
create or replace view public.stripe_customer_profile as
select
  profile."id" as id,
  profile."email"::text as email,
  profile."stripe_customer" as stripe_customer
from "public"."profile" as profile;

comment on view public.stripe_customer_profile is 'The profiles as the engine reads and links them. For its functions only.';

-- Two profiles must not share a customer, and an event from Stripe finds its profile by the customer.
do $$
begin
  if not exists (
    select from pg_catalog.pg_index
    join pg_catalog.pg_attribute on attrelid = indrelid and attnum = indkey[0]
    where indrelid = '"public"."profile"'::regclass and indisunique and indisvalid and indnkeyatts = 1
      and indpred is null and attname = 'stripe_customer'
  ) then
    create unique index stripe_customer_profile_customer on "public"."profile" ("stripe_customer");
  end if;
end
$$;

create or replace trigger enqueue_stripe_customer_work_for_new_profile
  after insert on "public"."profile"
  for each row execute function public.enqueue_stripe_customer_work('id');

-- The e-mail may have been in another table.
do $$
declare
  stale record;
begin
  for stale in
    select tgname, tgrelid::regclass as on_table from pg_catalog.pg_trigger
    where tgname in ('enqueue_stripe_customer_work_for_changed_email', 'notify_stripe_customer_route_for_changed_email')
      and tgfoid in ('public.enqueue_stripe_customer_work()'::regprocedure, 'public.notify_stripe_customer_route()'::regprocedure)
      and tgrelid <> '"public"."profile"'::regclass
  loop
    execute format('drop trigger %I on %s', stale.tgname, stale.on_table);
  end loop;
end
$$;

create or replace trigger enqueue_stripe_customer_work_for_changed_email
  after update of "email" on "public"."profile"
  for each row
  when (new."email" is distinct from old."email")
  execute function public.enqueue_stripe_customer_work('id');

create or replace trigger follow_stripe_customer_link
  after update of "stripe_customer" on "public"."profile"
  for each row
  when (new."stripe_customer" is distinct from old."stripe_customer")
  execute function public.follow_stripe_customer_link('id', 'stripe_customer');

create or replace trigger check_vanished_profiles
  after truncate on "public"."profile"
  for each statement execute function public.check_vanished_profiles();

create or replace trigger tombstone_stripe_customer_work
  after delete on "public"."profile"
  for each row execute function public.tombstone_stripe_customer_work('id', 'stripe_customer');

drop trigger if exists reopen_work_of_deleted_stripe_customer on "public"."profile";
create constraint trigger reopen_work_of_deleted_stripe_customer
  after update of "stripe_customer" on "public"."profile"
  deferrable initially deferred
  for each row
  when (new."stripe_customer" is not null and new."stripe_customer" is distinct from old."stripe_customer")
  execute function public.reopen_work_of_deleted_stripe_customer('id', 'stripe_customer');

-- Named to run after enqueue_stripe_customer_work. Triggers of one event run in the order of their names.
create or replace trigger notify_stripe_customer_route_for_new_profile
  after insert on "public"."profile"
  for each row execute function public.notify_stripe_customer_route('id', 'email');

create or replace trigger notify_stripe_customer_route_for_changed_email
  after update of "email" on "public"."profile"
  for each row
  when (new."email" is distinct from old."email")
  execute function public.notify_stripe_customer_route('id', 'email');

-- The rule reads what Supabase Auth confirms. Named to run after copy_user_email_to_profile, and in this order.
do $$
begin
  if not public.has_supabase_auth() then
    return;
  end if;

  create or replace trigger reconsider_stripe_customer_of_user
    after update on auth.users
    for each row
    when (
      new.email_confirmed_at is distinct from old.email_confirmed_at
      or new.phone_confirmed_at is distinct from old.phone_confirmed_at
      or new.is_anonymous is distinct from old.is_anonymous
    )
    execute function public.reconsider_stripe_customer_of_user();

  create or replace trigger wake_stripe_customer_route_for_confirmed_user
    after update on auth.users
    for each row
    when (
      new.email_confirmed_at is distinct from old.email_confirmed_at
      or new.phone_confirmed_at is distinct from old.phone_confirmed_at
      or new.is_anonymous is distinct from old.is_anonymous
    )
    execute function public.notify_stripe_customer_route('id', 'email');
end
$$;

-- The Stripe account and mode that the project uses. A key of another one is recognised before anything is sent, because nothing of
-- what the database knows would exist there.

create table if not exists public.stripe_customer_account (
  number integer primary key,
  account text check (account like 'acct\_%'),
  livemode boolean
);

comment on table public.stripe_customer_account is 'The Stripe accounts of the project, in the order in which it used them. The last one is in use.';
comment on column public.stripe_customer_account.account is 'Null until the engine has read it with its key, and a restricted key cannot read it.';
comment on column public.stripe_customer_account.livemode is 'The mode of the key. Null if unknown.';

insert into public.stripe_customer_account (number) values (1) on conflict do nothing;

alter table public.stripe_customer_account enable row level security;

alter table public.stripe_customer_work add column if not exists account_number integer not null default 1;

comment on column public.stripe_customer_work.account_number is 'The account in which the customer is, and to which the key was sent.';

-- Returns the number of the account in use. In PL/pgSQL, which keeps the plan, because each claim asks.
create or replace function public.current_stripe_customer_account() returns integer
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  return (select max(used.number) from public.stripe_customer_account as used);
end
$$;

-- Records the account of a key as the one in use. Known values stay. Returns the values that are known then.
create or replace function public.record_stripe_customer_account(account_number integer, account text, livemode boolean)
returns table (account text, livemode boolean)
language sql
security definer
set search_path = ''
as $$
  update public.stripe_customer_account as used set
    account = coalesce(used.account, $2),
    livemode = coalesce(used.livemode, $3)
  where used.number = $1
  returning used.account, used.livemode;
$$;

-- Begins to use another account. Rows that belong to the one before are not claimed until they are moved. Returns its number.
create or replace function public.begin_stripe_customer_account(account text, livemode boolean) returns integer
language plpgsql
security definer
set search_path = ''
as $$
#variable_conflict use_variable
begin
  lock table public.stripe_customer_account in share row exclusive mode;
  insert into public.stripe_customer_account (number, account, livemode)
  select used.number + 1, account, livemode
  from public.stripe_customer_account as used
  where used.number = public.current_stripe_customer_account()
    and (used.account is distinct from account or used.livemode is distinct from livemode);
  return public.current_stripe_customer_account();
end
$$;

-- Moves profiles to the account in use. Those to keep have a customer with the same id there, which the engine then checks. The links
-- of the others are removed, and the engine looks for a customer there before it creates one.
create or replace function public.move_stripe_customers(kept uuid[], cleared uuid[]) returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
  used constant integer := public.current_stripe_customer_account();
begin
  perform from public.stripe_customer_profile as p
  where p.id = any (kept || cleared) order by p.id for no key update;

  -- First, so that the trigger on the link recognises the engine's own.
  update public.stripe_customer_work as work set
    account_number = used,
    kind = case when moved.is_kept then 'update' else 'create' end,
    state = 'pending',
    revision = work.revision + 1,
    key_number = work.key_number + 1,
    key_since = now(),
    look_first = true,
    stripe_customer = case when moved.is_kept then work.stripe_customer end,
    parameters = null,
    first_attempt_at = null,
    attempts = 0,
    next_attempt_at = now(),
    lease_token = null,
    unsettled_until = null,
    last_error = null,
    done_at = null,
    failed_at = null
  from (
    select id, true as is_kept from unnest(kept) as id
    union all
    select id, false from unnest(cleared) as id
  ) as moved
  where work.profile_id = moved.id and work.kind <> 'delete';

  update public.stripe_customer_profile as p set stripe_customer = null
  where p.id = any (cleared) and p.stripe_customer is not null;
end
$$;

-- Ends work that nobody wants any more: it is not tried again unless its profile changes or it is requeued. Returns whether there was
-- such work. False also while a worker has the row.
create or replace function public.dismiss_stripe_customer_work(target uuid) returns boolean
language plpgsql
security definer
set search_path = ''
as $$
begin
  update public.stripe_customer_work as work set
    state = 'dismissed',
    revision = work.revision + 1,
    -- The key may have been sent.
    look_first = true,
    parameters = null,
    first_attempt_at = null,
    -- Requests that were sent may still take effect, should the work be requeued.
    unsettled_until = case when work.lease_token is null then work.unsettled_until else now() + interval '5 minutes' end,
    lease_token = null,
    last_error = coalesce(work.last_error, jsonb_build_object('code', 'dismissed', 'message', 'Nobody wants this work any more.')),
    failed_at = null
  where work.profile_id = target
    and work.state not in ('done', 'dismissed')
    and (work.lease_token is null or work.next_attempt_at <= now());
  return found;
end
$$;

-- Dismisses the work of deleted users whose customers are in an account that is no longer in use. Returns some of it; none is left
-- when it returns nothing.
create or replace function public.dismiss_deletions_elsewhere(batch integer default 500)
returns table (profile_id uuid, stripe_customer text, account text)
language plpgsql
security definer
set search_path = ''
as $$
declare
  used constant integer := public.current_stripe_customer_account();
  ids uuid[];
begin
  ids := array(
    select work.profile_id
    from public.stripe_customer_work as work
    where work.kind = 'delete'
      and work.state not in ('done', 'dismissed')
      and work.account_number <> used
      and (work.lease_token is null or work.next_attempt_at <= now())
    limit batch
  );
  perform public.dismiss_stripe_customer_work(id) from unnest(ids) as id;
  return query
  select work.profile_id, work.stripe_customer, left_behind.account
  from public.stripe_customer_work as work
  join public.stripe_customer_account as left_behind on left_behind.number = work.account_number
  where work.profile_id = any (ids) and work.state = 'dismissed';
end
$$;

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

-- Records that Stripe did what the row asked for, and closes the row unless more became necessary meanwhile. Returns
-- 'done', 'more' (the row is due again at once) or 'lease_lost' (nothing was recorded).
create or replace function public.complete_stripe_customer_work(
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
  existing_id uuid;
  profile_email text;
  linked text;
  work public.stripe_customer_work;
  changed integer;
  next_kind text;
  next_state text := 'done';
  due_at timestamptz := now();
begin
  select p.id, p.email, p.stripe_customer into existing_id, profile_email, linked
  from public.stripe_customer_profile as p where p.id = target for no key update;
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
        -- First, so that the trigger on the link recognises the engine's own.
        update public.stripe_customer_work as w set stripe_customer = customer where w.profile_id = target;
        update public.stripe_customer_profile as p set stripe_customer = customer
        where p.id = target and (p.stripe_customer is null or p.stripe_customer = customer);
        get diagnostics changed = row_count;
        if changed <> 1 then
          raise exception 'Profile % was not linked to %: % rows changed', target, customer, changed;
        end if;
        next_kind := 'update';
        if profile_email is distinct from customer_email or work.revision <> seen_revision then
          next_state := 'pending';
        end if;
      end if;
    when 'update' then
      next_kind := work.kind;
      if work.kind <> 'update' or linked is distinct from customer or work.revision <> seen_revision then
        next_state := 'pending';
      elsif work.unsettled_until > now() then
        -- An earlier update without a response may still arrive with an older e-mail, so the update is repeated then.
        next_state := 'pending';
        due_at := work.unsettled_until;
      end if;
    when 'delete' then
      next_kind := 'delete';
      if existing_id is not null then
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
    key_since = case when next_kind = 'create' then now() else w.key_since end,
    look_first = next_kind = 'create' or completed_kind = 'update' and linked is distinct from customer,
    -- The key is used up, and its parameters are personal data.
    parameters = null,
    first_attempt_at = null,
    attempts = 0,
    next_attempt_at = due_at,
    lease_token = null,
    -- Kept even if more is due at once, or the earlier update would be forgotten and its older e-mail would stay. A create
    -- needs no such care, because its key takes effect once.
    unsettled_until = case when completed_kind = 'update' and w.unsettled_until > now() then w.unsettled_until end,
    last_error = null,
    made_by = case when completed_kind = 'create' and next_kind = 'update' then w.claimed_by else w.made_by end,
    made_at = case when completed_kind = 'create' and next_kind = 'update' then now() else w.made_at end,
    done_at = case when next_state = 'done' then now() end
  where w.profile_id = target;

  return case when next_state = 'pending' and due_at <= now() then 'more' else 'done' end;
end
$$;

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

-- Makes the event of a customer's deletion and its link to a profile wait for each other.
create or replace function public.lock_stripe_customer(customer text) returns void
language sql
set search_path = ''
as $$
  select pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('stripe_customer:' || customer, 0))
$$;

-- Removes the link to a customer that was deleted in Stripe, which makes the row due to find or create another one. A worker
-- that is updating the deleted customer loses its lease. Returns the profile's id, or null if no profile has this customer.
create or replace function public.unlink_stripe_customer(customer text) returns uuid
language plpgsql
security definer
set search_path = ''
as $$
declare
  unlinked uuid;
begin
  update public.stripe_customer_profile as p set stripe_customer = null where p.stripe_customer = customer
  returning p.id into unlinked;

  -- No request can change a customer that is deleted.
  update public.stripe_customer_work as work set unsettled_until = null
  where work.profile_id = unlinked and work.parameters is null;
  return unlinked;
end
$$;

-- Links a profile to a customer that exists in Stripe already, in place of a missing or another one, which makes the row due
-- to check and to update the customer. Returns false if the profile has another customer by now, or if a request is in
-- progress that may create a second one, or if another profile has the customer.
create or replace function public.link_stripe_customer(target uuid, customer text, instead_of text default null)
returns boolean
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform from public.stripe_customer_profile as p
  where p.id = target and p.stripe_customer is not distinct from instead_of for no key update;
  if not found then
    return false;
  end if;

  perform from public.stripe_customer_profile as p where p.stripe_customer = customer and p.id <> target;
  if found then
    return false;
  end if;

  perform from public.stripe_customer_work as work
  where work.profile_id = target
    and (
      work.kind = 'delete'
      or work.lease_token is not null and work.next_attempt_at > now()
      or work.unsettled_until > now()
    )
  for update;
  if found then
    return false;
  end if;

  update public.stripe_customer_profile as p set stripe_customer = customer where p.id = target;
  return true;
end
$$;

-- Adds the work of profiles without any, such as those from before the triggers, and asks the rule again for those that wait. Returns
-- the profiles that it added work for.
create or replace function public.open_stripe_customer_work(targets uuid[]) returns setof uuid
language sql
security definer
set search_path = ''
as $$
  select count(public.reconsider_stripe_customer(work.profile_id))
  from public.stripe_customer_work as work
  where work.profile_id = any (targets) and work.state = 'waiting';

  insert into public.stripe_customer_work as work (profile_id, kind, stripe_customer, key_since, account_number)
  select
    profile.id,
    case when profile.stripe_customer is null then 'create' else 'update' end,
    profile.stripe_customer,
    now(),
    (select public.current_stripe_customer_account())
  from public.stripe_customer_profile as profile
  where profile.id = any (targets)
  on conflict do nothing
  returning work.profile_id;
$$;

-- Returns those of some customers that a profile has.
create or replace function public.find_linked_stripe_customers(customers text[]) returns setof text
language sql
stable
security definer
set search_path = ''
as $$
  select profile.stripe_customer from public.stripe_customer_profile as profile where profile.stripe_customer = any (customers);
$$;

-- Its arguments have changed since the first version.
drop function if exists public.apply_stripe_event(text, text, text, text, text);

-- Records an event and applies it.
--   'unlinked':          the customer was deleted; the profile will get another one.
--   'reopened':          the customer no longer has the profile's e-mail or id; the next sweep restores them.
--   'unchanged':         the customer still has both.
--   'unknown_customer':  no profile has this customer.
--   'duplicate':         the event was applied before; nothing is done.
--   'other_account', 'other_mode':  it is about an account or a mode that the project does not use; nothing is done or recorded.
create or replace function public.apply_stripe_event(
  event_id text,
  event_type text,
  customer text,
  customer_email text default null,
  customer_profile_id text default null,
  event_account text default null,
  event_livemode boolean default null
)
returns table (outcome text, profile_id uuid)
language plpgsql
security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  target uuid;
  target_email text;
  result text := 'unknown_customer';
  used record;
begin
  select a.account, a.livemode into used from public.stripe_customer_account as a order by a.number desc limit 1;
  -- Stripe names the account in events of connected accounts.
  if event_account is not null and event_account is distinct from used.account then
    return query select 'other_account', null::uuid;
    return;
  elsif event_livemode <> used.livemode then
    return query select 'other_mode', null::uuid;
    return;
  end if;

  delete from public.stripe_event as event where event.received_at < now() - interval '31 days';

  insert into public.stripe_event as event (id, type, stripe_customer, outcome)
  values (event_id, event_type, customer, result)
  on conflict do nothing;
  if not found then
    return query select 'duplicate', event.profile_id from public.stripe_event as event where event.id = event_id;
    return;
  end if;

  perform public.lock_stripe_customer(customer);
  select p.id, p.email into target, target_email
  from public.stripe_customer_profile as p where p.stripe_customer = customer;
  if target is not null then
    if event_type = 'customer.deleted' then
      -- Null if the user was deleted at this moment. Then the customer is rightly deleted.
      target := public.unlink_stripe_customer(customer);
      result := case when target is null then 'unknown_customer' else 'unlinked' end;
    elsif coalesce(target_email, '') <> coalesce(customer_email, '')
      or target::text is distinct from lower(customer_profile_id)
    then
      perform public.requeue_stripe_customer_work(target);
      result := 'reopened';
    else
      result := 'unchanged';
    end if;
  end if;

  update public.stripe_event as event set outcome = result, profile_id = target where event.id = event_id;
  return query select result, target;
end
$$;

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

-- Returns links to some customers that must exist in an account, from all over the index: the first ones, the last ones, and those
-- that follow each letter at the first place where the first and the last differ. A few that are wrong, as those of a demonstration
-- with ids that are alike, are not all that it returns. It reads few rows however many there are.
create or replace function public.sample_stripe_customer_links(used integer, sample_size integer default 10) returns text[]
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  per_probe constant integer := 4;
  lowest text;
  highest text;
  shared integer := 0;
  links text[];
begin
  select min(profile.stripe_customer), max(profile.stripe_customer) into lowest, highest
  from public.stripe_customer_profile as profile;
  while shared < least(length(lowest), length(highest)) and left(lowest, shared + 1) = left(highest, shared + 1) loop
    shared := shared + 1;
  end loop;

  select array_agg(candidate.stripe_customer::text order by candidate.stripe_customer) into links
  from (
    select low.* from (
      select profile.id, profile.stripe_customer from public.stripe_customer_profile as profile
      where profile.stripe_customer is not null
      order by profile.stripe_customer limit per_probe
    ) as low
    union
    select high.* from (
      select profile.id, profile.stripe_customer from public.stripe_customer_profile as profile
      where profile.stripe_customer is not null
      order by profile.stripe_customer desc limit per_probe
    ) as high
    union
    select between_them.* from (
      select left(lowest, shared) || letter as start
      from unnest(string_to_array('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', null)) as letter
    ) as probe
    cross join lateral (
      select profile.id, profile.stripe_customer from public.stripe_customer_profile as profile
      where profile.stripe_customer >= probe.start
      order by profile.stripe_customer limit per_probe
    ) as between_them
  ) as candidate
  left join lateral (
    select w.account_number from public.stripe_customer_work as w where w.profile_id = candidate.id offset 0
  ) as work on true
  -- What cannot be an id of a customer proves nothing. Others than the engine may choose ids of their own.
  where candidate.stripe_customer ~ '^[A-Za-z0-9_-]{1,255}$'
    and coalesce(work.account_number, used) = used;

  return array(
    select distinct links[1 + round((step * (cardinality(links) - 1))::numeric / (sample_size - 1))::integer]
    from generate_series(0, sample_size - 1) as step
    where cardinality(links) > 0
  );
end
$$;

-- Reads the account in use, and some customers that must exist in it.
create or replace function public.read_stripe_customer_account()
returns table (number integer, account text, livemode boolean, linked text[])
language sql
stable
security definer
set search_path = ''
as $$
  select used.number, used.account, used.livemode, public.sample_stripe_customer_links(used.number)
  from public.stripe_customer_account as used
  order by used.number desc
  limit 1;
$$;

-- Functions with which the command line compares profiles with Stripe's customers and fixes differences. Service role only.

-- Its columns have changed since the first version.
drop function if exists public.count_stripe_customer_work();

-- Counts profiles and rows of work.
create or replace function public.count_stripe_customer_work()
returns table (
  profiles bigint,
  linked bigint,
  done bigint,
  pending bigint,
  waiting bigint,
  due bigint,
  retrying bigint,
  blocked bigint,
  failed bigint,
  dismissed bigint,
  elsewhere bigint,
  oldest_due_seconds double precision
)
language sql
stable
security definer
set search_path = ''
as $$
  select
    (select count(*) from public.stripe_customer_profile),
    (select count(*) from public.stripe_customer_profile as profile where profile.stripe_customer is not null),
    count(*) filter (where work.state = 'done'),
    count(*) filter (where work.state = 'pending'),
    count(*) filter (where work.state = 'waiting'),
    count(*) filter (where work.state = 'pending' and work.next_attempt_at <= now()),
    count(*) filter (where work.state = 'pending' and work.last_error is not null),
    count(*) filter (
      where work.state = 'pending' and work.last_error ->> 'code' in ('stripe_unauthorized', 'stripe_other_account')
    ),
    count(*) filter (where work.state = 'failed'),
    count(*) filter (where work.state = 'dismissed'),
    -- Not claimed, because another account has the customer.
    count(*) filter (
      -- A subquery is asked once, and a function for each row.
      where work.account_number <> (select public.current_stripe_customer_account())
        and (work.stripe_customer is not null or work.parameters is not null)
        and (work.kind <> 'delete' or work.state not in ('done', 'dismissed'))
    ),
    coalesce(
      extract(epoch from now() - min(work.next_attempt_at) filter (where work.state = 'pending' and work.next_attempt_at <= now())),
      0
    )::double precision
  from public.stripe_customer_work as work;
$$;

-- Counts the profiles without work, and the rows of work whose profile is gone without a trace. A function of its own, because it
-- joins both tables as a whole, and each call has to end in time.
create or replace function public.count_unmatched_stripe_customer_work()
returns table (unrecorded bigint, vanished bigint)
language sql
stable
security definer
set search_path = ''
set work_mem = '64MB'
as $$
  select
    (
      select count(*) from public.stripe_customer_profile as profile
      where not exists (select from public.stripe_customer_work as work where work.profile_id = profile.id)
    ),
    (
      select count(*) from public.stripe_customer_work as work
      where work.kind <> 'delete'
        and not exists (select from public.stripe_customer_profile as profile where profile.id = work.profile_id)
    );
$$;

-- Its columns have changed since the first version.
drop function if exists public.list_stripe_customers(uuid, integer, uuid);

-- Lists profiles in the order of their ids, or the profile with the target's id. One without work that the rule does not allow yet has
-- the state in which its work would begin.
create or replace function public.list_stripe_customers(after uuid default null, batch integer default 500, target uuid default null)
returns table (profile_id uuid, email text, stripe_customer text, state text, busy boolean, elsewhere boolean)
language sql
stable
security definer
set search_path = ''
as $$
  select
    profile.id,
    profile.email,
    profile.stripe_customer,
    coalesce(
      work.state,
      case when profile.stripe_customer is null and not public.is_stripe_customer_allowed(profile.id) then 'waiting' end
    ),
    -- A request to Stripe is in progress, or may still take effect.
    coalesce(
      work.lease_token is not null and work.next_attempt_at > now() or work.unsettled_until > now(),
      false
    ),
    coalesce(
      work.account_number <> (select public.current_stripe_customer_account())
        and (work.stripe_customer is not null or work.parameters is not null),
      false
    )
  from public.stripe_customer_profile as profile
  -- By itself, Postgres may read all work up to this page: it expects the first rows of a merge join to come at once.
  left join lateral (
    select * from public.stripe_customer_work as w where w.profile_id = profile.id offset 0
  ) as work on true
  -- Two bounds, which the index finds at once, and no condition with "or".
  where profile.id >= coalesce(target, after, '00000000-0000-0000-0000-000000000000')
    and profile.id <= coalesce(target, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
    and profile.id is distinct from after
  order by profile.id
  limit batch;
$$;

-- Lists rows that were given up, in the order of their ids.
create or replace function public.list_failed_stripe_customer_work(batch integer default 100)
returns table (profile_id uuid, kind text, failed_at timestamptz, last_error jsonb)
language sql
stable
security definer
set search_path = ''
as $$
  select work.profile_id, work.kind, work.failed_at, work.last_error
  from public.stripe_customer_work as work
  where work.state = 'failed'
  order by work.profile_id
  limit batch;
$$;

-- Returns for profile ids in customers' metadata whether the profile exists, and otherwise the state of its row of work, which
-- proves that it existed.
create or replace function public.find_stripe_customer_owners(targets uuid[])
returns table (profile_id uuid, profile_exists boolean, tombstone text)
language sql
stable
security definer
set search_path = ''
as $$
  select target.id, profile.id is not null, case when profile.id is null or work.kind = 'delete' then work.state end
  from unnest(targets) as target (id)
  left join public.stripe_customer_profile as profile on profile.id = target.id
  left join public.stripe_customer_work as work on work.profile_id = target.id;
$$;

-- Makes the row of a deleted user due again, to delete a customer that was left over. Returns false if there is no row, or its
-- work is pending, or another profile has the customer: it is deleted only on the proof that its profile existed and was deleted.
create or replace function public.delete_orphaned_stripe_customer(target uuid, customer text) returns boolean
language plpgsql
security definer
set search_path = ''
as $$
begin
  update public.stripe_customer_work as work set
    kind = 'delete',
    state = 'pending',
    revision = work.revision + 1,
    stripe_customer = customer,
    account_number = public.current_stripe_customer_account(),
    attempts = 0,
    next_attempt_at = now(),
    last_error = null,
    done_at = null,
    failed_at = null
  where work.profile_id = target
    and work.state <> 'pending'
    and not exists (
      select from public.stripe_customer_profile as profile
      where profile.id = target or profile.stripe_customer = delete_orphaned_stripe_customer.customer
    );
  return found;
end
$$;

-- Who may do what. By default, hosted Supabase grants new tables, views and functions to all of its roles. The service role reads
-- the tables and calls the functions of the engine; owners read their own progress; everything else is for triggers.
do $$
declare
  tables constant text[] := array[
    'stripe_customer_account',
    'stripe_customer_check',
    'stripe_customer_work',
    'stripe_customer_wake_up',
    'stripe_event',
    'stripe_customer_profile'
  ];
  called constant text[] := array[
    'apply_stripe_event',
    'begin_stripe_customer_account',
    'dismiss_deletions_elsewhere',
    'dismiss_stripe_customer_work',
    'find_linked_stripe_customers',
    'move_stripe_customers',
    'read_stripe_customer_account',
    'record_stripe_customer_account',
    'tombstone_vanished_profiles',
    'claim_stripe_customer_work',
    'complete_stripe_customer_work',
    'count_profile_repairs',
    'count_stripe_customer_work',
    'count_unmatched_stripe_customer_work',
    'delete_orphaned_stripe_customer',
    'fail_stripe_customer_work',
    'find_stripe_customer_owners',
    'link_stripe_customer',
    'list_failed_stripe_customer_work',
    'list_stripe_customers',
    'open_stripe_customer_work',
    'read_stripe_customer',
    'reconsider_stripe_customer',
    'renew_stripe_customer_key',
    'repair_profile_page',
    'report_stripe_customer_wake_ups',
    'repair_profiles',
    'requeue_stripe_customer_work',
    'retry_stripe_customer_work',
    'unlink_stripe_customer'
  ];
  -- With their arguments, because a project may have functions of the same names.
  functions constant text[] := array[
    'public.has_supabase_auth()',
    'public.has_supabase_auth()',
    'public.may_have_stripe_customer(profile_id uuid)',
    'public.is_stripe_customer_allowed(target uuid)',
    'public.hold_stripe_customer_work()',
    'public.reconsider_stripe_customer(target uuid)',
    'public.reconsider_waiting_stripe_customers(batch integer)',
    'public.reconsider_stripe_customer_of_user()',
    'public.stripe_customer_details(profile_id uuid)',
    'public.find_stripe_customer_detail_fault(details jsonb)',
    'public.build_stripe_customer_parameters(profile_id uuid, email text)',
    'public.is_fresh_sign_up(target uuid)',
    'public.enqueue_stripe_customer_work()',
    'public.follow_stripe_customer_link()',
    'public.tombstone_stripe_customer_work()',
    'public.reopen_work_of_deleted_stripe_customer()',
    'public.remember_stripe_customer_wake_up(request bigint)',
    'public.report_stripe_customer_wake_ups()',
    'public.notify_stripe_customer_route()',
    'public.repair_profile_rows()',
    'public.repair_profile_page(after uuid, batch integer)',
    'public.count_profile_repairs()',
    'public.check_vanished_profiles()',
    'public.tombstone_vanished_profiles(after uuid, batch integer)',
    'public.repair_profiles()',
    'public.current_stripe_customer_account()',
    'public.record_stripe_customer_account(account_number integer, account text, livemode boolean)',
    'public.begin_stripe_customer_account(account text, livemode boolean)',
    'public.move_stripe_customers(kept uuid[], cleared uuid[])',
    'public.dismiss_stripe_customer_work(target uuid)',
    'public.dismiss_deletions_elsewhere(batch integer)',
    'public.claim_stripe_customer_work(lease uuid, lease_seconds double precision, batch integer, target uuid)',
    'public.renew_stripe_customer_key(target uuid, lease uuid)',
    'public.complete_stripe_customer_work(target uuid, lease uuid, completed_kind text, customer text, customer_email text, seen_revision integer)',
    'public.retry_stripe_customer_work(target uuid, lease uuid, seen_revision integer, delay_seconds double precision, error jsonb, counted boolean, unsettled boolean)',
    'public.fail_stripe_customer_work(target uuid, lease uuid, seen_revision integer, error jsonb, refused boolean)',
    'public.requeue_stripe_customer_work(target uuid)',
    'public.lock_stripe_customer(customer text)',
    'public.unlink_stripe_customer(customer text)',
    'public.link_stripe_customer(target uuid, customer text, instead_of text)',
    'public.open_stripe_customer_work(targets uuid[])',
    'public.find_linked_stripe_customers(customers text[])',
    'public.apply_stripe_event(event_id text, event_type text, customer text, customer_email text, customer_profile_id text, event_account text, event_livemode boolean)',
    'public.read_stripe_customer(target uuid)',
    'public.sample_stripe_customer_links(used integer, sample_size integer)',
    'public.read_stripe_customer_account()',
    'public.count_stripe_customer_work()',
    'public.count_unmatched_stripe_customer_work()',
    'public.list_stripe_customers(after uuid, batch integer, target uuid)',
    'public.list_failed_stripe_customer_work(batch integer)',
    'public.find_stripe_customer_owners(targets uuid[])',
    'public.delete_orphaned_stripe_customer(target uuid, customer text)'
  ];
  roles text;
  has_service_role constant boolean := to_regrole('service_role') is not null;
  name text;
begin
  select concat_ws(', ', 'public', string_agg(rolname, ', ')) into roles
  from pg_catalog.pg_roles where rolname in ('anon', 'authenticated', 'service_role');

  foreach name in array tables loop
    execute format('revoke all on table public.%I from %s', name, roles);
  end loop;
  foreach name in array functions loop
    execute format('revoke all on function %s from %s', name, roles);
  end loop;

  if has_service_role then
    grant select on table public.stripe_customer_work, public.stripe_event to service_role;
    foreach name in array functions loop
      if substring(name from 'public\.(\w+)') = any (called) then
        execute format('grant execute on function %s to service_role', name);
      end if;
    end loop;
  end if;

  if to_regclass('public.stripe_customer_progress') is not null then
    execute format('revoke all on table public.stripe_customer_progress from %s', roles);
    if to_regrole('authenticated') is not null then
      grant select on table public.stripe_customer_progress to authenticated;
    end if;
  end if;
end
$$;
