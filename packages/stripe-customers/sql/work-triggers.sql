-- What the triggers on the table of profiles do. They know the names of its columns from their arguments, and read the rest
-- from the view stripe_customer_profile.

-- Makes the row of a new profile due, or makes it due again after a change of the e-mail. Argument: the column of the id.
create or replace function public.enqueue_stripe_customer_work() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  insert into public.stripe_customer_work as work (profile_id, kind, stripe_customer)
  select profile.id, case when profile.stripe_customer is null then 'create' else 'update' end, profile.stripe_customer
  from public.stripe_customer_profile as profile
  where profile.id = (to_jsonb(new) ->> tg_argv[0])::uuid
  on conflict (profile_id) do update set
    -- A profile that returns under its old id waits until the old customer is deleted. Otherwise it would have two.
    kind = case when work.kind = 'delete' and work.state <> 'done' then 'delete' else excluded.kind end,
    stripe_customer = case
      when work.kind = 'delete' and work.state <> 'done' then work.stripe_customer
      else excluded.stripe_customer
    end,
    key_number = work.key_number + (work.kind = 'delete' and work.state = 'done')::integer,
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
  -- Parameters are frozen before the call to Stripe, so without them there is no customer to delete.
  nothing_to_delete boolean;
begin
  select customer is null and work.stripe_customer is null and work.parameters is null
  into nothing_to_delete
  from public.stripe_customer_work as work
  where work.profile_id = deleted_id
  for update;

  nothing_to_delete := coalesce(nothing_to_delete, customer is null);

  insert into public.stripe_customer_work as work (profile_id, kind, state, stripe_customer, done_at)
  values (
    deleted_id,
    'delete',
    case when nothing_to_delete then 'done' else 'pending' end,
    customer,
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
