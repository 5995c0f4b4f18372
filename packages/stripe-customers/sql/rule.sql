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
