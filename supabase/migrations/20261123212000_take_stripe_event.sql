-- What is done to customers in Stripe's dashboard reaches the profile, through the events that Stripe sends.
--
-- One function records an event and applies it, in one transaction: an event that could not be applied is not recorded
-- either, so that Stripe sends it again. Events come late, twice and in any order, so none is taken for the present state:
-- it only opens the row of work, and the worker asks Stripe.

create table public.stripe_event (
  id text primary key check (id like 'evt\_%' and length(id) <= 255),
  type text not null check (type in ('customer.deleted', 'customer.updated')),
  stripe_customer text not null check (stripe_customer like 'cus\_%'),
  profile_id uuid,
  outcome text not null check (outcome in ('unlinked', 'reopened', 'unchanged', 'unknown_customer')),
  received_at timestamptz not null default now()
);

comment on table public.stripe_event is 'The events from Stripe of the last 31 days, so that each is applied once. Stripe can send one again for 30.';
comment on column public.stripe_event.profile_id is 'Whose customer it was; null for one that no profile has.';

create index stripe_event_received_at on public.stripe_event (received_at);
create index stripe_event_deleted on public.stripe_event (stripe_customer) where type = 'customer.deleted';

alter table public.stripe_event enable row level security;

-- Row-level security without a policy, and no grant to write: the service role reads, the function below writes.
revoke all on table public.stripe_event from public, anon, authenticated, service_role;
grant select on table public.stripe_event to service_role;

-- Makes the two sides of a customer wait for each other: the event of its deletion and its link to a profile.
create function public.lock_stripe_customer(customer text) returns void
language sql
set search_path = ''
as $$
  select pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('stripe_customer:' || customer, 0))
$$;

-- Records an event and applies it.
--   'unlinked':          the customer was deleted; the profile will get another.
--   'reopened':          the customer no longer carries the profile's e-mail or id, which are the truth; it will again.
--   'unchanged':         it still does.
--   'unknown_customer':  no profile has this customer.
--   'duplicate':         the event came before; nothing is done.
create function public.take_stripe_event(
  event_id text,
  event_type text,
  customer text,
  customer_email text default null,
  customer_profile_id text default null
)
returns table (outcome text, profile_id uuid)
language plpgsql
security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  profile public.profile;
  result text := 'unknown_customer';
begin
  delete from public.stripe_event as event where event.received_at < now() - interval '31 days';

  insert into public.stripe_event as event (id, type, stripe_customer, outcome)
  values (event_id, event_type, customer, result)
  on conflict do nothing;
  if not found then
    return query select 'duplicate', event.profile_id from public.stripe_event as event where event.id = event_id;
    return;
  end if;

  perform public.lock_stripe_customer(customer);
  select * into profile from public.profile as p where p.stripe_customer = customer;
  if profile.id is not null then
    if event_type = 'customer.deleted' then
      -- Null when the user was deleted just now: the customer of a deleted user is gone as it should be.
      profile.id := public.unlink_stripe_customer(customer);
      result := case when profile.id is null then 'unknown_customer' else 'unlinked' end;
    elsif coalesce(profile.email, '') <> coalesce(customer_email, '')
      or profile.id::text is distinct from lower(customer_profile_id)
    then
      perform public.requeue_stripe_customer_work(profile.id);
      result := 'reopened';
    else
      result := 'unchanged';
    end if;
  end if;

  update public.stripe_event as event set outcome = result, profile_id = profile.id where event.id = event_id;
  return query select result, profile.id;
end
$$;

-- A customer may be deleted in Stripe after it was created and before it is linked here. Its event then finds no profile;
-- so the link looks for the event. Deferred, because whoever links also closes the row of work, and this opens it again.
create function public.reopen_work_of_deleted_stripe_customer() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform public.lock_stripe_customer(new.stripe_customer);
  if exists (
    select from public.stripe_event as event
    where event.type = 'customer.deleted' and event.stripe_customer = new.stripe_customer
  ) then
    perform public.requeue_stripe_customer_work(new.id);
  end if;
  return null;
end
$$;

create constraint trigger reopen_work_of_deleted_stripe_customer
  after update of stripe_customer on public.profile
  deferrable initially deferred
  for each row
  when (new.stripe_customer is not null and new.stripe_customer is distinct from old.stripe_customer)
  execute function public.reopen_work_of_deleted_stripe_customer();

revoke all on function
  public.lock_stripe_customer(text),
  public.take_stripe_event(text, text, text, text, text),
  public.reopen_work_of_deleted_stripe_customer()
from public, anon, authenticated, service_role;

grant execute on function public.take_stripe_event(text, text, text, text, text) to service_role;
