-- Adds up the usage of all keys of one owner, hour by hour.
--
-- One document holds it all: the Data API would cut rows off at its limit, and asking key by key would take a call each. Like
-- the other functions about keys it is the service role's alone, so no user can name an owner.

create function public.sum_api_key_usage(input jsonb) returns jsonb
language sql
stable
set search_path = ''
as $$
  select coalesce(jsonb_agg(to_jsonb(bucket) order by bucket."startsAt"), '[]')
  from (
    select usage.hour as "startsAt", sum(usage.allowed)::bigint as allowed, sum(usage.refused)::bigint as refused
    from public.api_key
    join public.api_key_usage as usage on usage.key_id = api_key.id
    where api_key.owner = input ->> 'owner' and usage.hour >= (input ->> 'from')::timestamptz
    group by usage.hour
  ) as bucket
$$;

revoke all on function public.sum_api_key_usage(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.sum_api_key_usage(jsonb) to service_role;
