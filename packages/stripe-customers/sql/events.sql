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
