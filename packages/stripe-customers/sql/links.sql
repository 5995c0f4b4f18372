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
