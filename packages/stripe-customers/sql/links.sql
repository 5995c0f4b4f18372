-- Makes the event of a customer's deletion and its link to a profile wait for each other.
create or replace function public.lock_stripe_customer(customer text) returns void
language sql
set search_path = ''
as $$
  select pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('stripe_customer:' || customer, 0))
$$;

-- Removes the link to a customer that was deleted in Stripe, and makes the row due to create another one. A worker that
-- is updating the deleted customer loses its lease. Returns the profile's id, or null if no profile has this customer.
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

-- Links a profile to a customer that exists in Stripe already, in place of a missing or a deleted one, and makes the row
-- due to update the customer. Returns false if the profile has another customer by now, or if a request is in progress
-- that may create a second one.
create or replace function public.link_stripe_customer(target uuid, customer text, instead_of text default null) returns boolean
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

  update public.stripe_customer_work as work set
    kind = 'update',
    state = 'pending',
    revision = work.revision + 1,
    key_number = work.key_number + 1,
    stripe_customer = customer,
    parameters = null,
    first_attempt_at = null,
    attempts = 0,
    next_attempt_at = now(),
    lease_token = null,
    unsettled_until = null,
    last_error = null,
    done_at = null,
    failed_at = null
  where work.profile_id = target
    and work.kind <> 'delete'
    and (work.lease_token is null or work.next_attempt_at <= now())
    and (work.unsettled_until is null or work.unsettled_until <= now());
  if not found then
    return false;
  end if;

  update public.stripe_customer_profile as p set stripe_customer = customer where p.id = target;
  return true;
end
$$;
