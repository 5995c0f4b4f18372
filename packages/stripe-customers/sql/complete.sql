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
