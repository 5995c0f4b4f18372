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
