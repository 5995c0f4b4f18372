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
