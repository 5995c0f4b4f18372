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
