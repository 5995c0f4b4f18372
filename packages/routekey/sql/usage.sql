-- Counts usage, and reads usage and audit trail.

-- It returned nothing before, which some clients cannot read.
do $$
begin
  if (select prorettype from pg_proc where oid = to_regprocedure('public.record_api_key_usage(jsonb)')) = 'void'::regtype then
    drop function public.record_api_key_usage(jsonb);
  end if;
end
$$;

-- Adds the counts of a batch, unless this batch or a later one of the same writer was added before, and returns whether it did. A
-- batch that is sent twice waits here for the first. Deletes hours that are more than 90 days older than the counts of the same key.
create or replace function public.record_api_key_usage(input jsonb) returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  perform public.check_visible_rows('rw', 'public.api_key');
  if input ->> 'writer' is not null then
    insert into public.api_key_usage_writer as writer (id, last_batch, wrote_at)
    values ((input ->> 'writer')::uuid, (input ->> 'number')::bigint, statement_timestamp())
    on conflict (id) do update set last_batch = excluded.last_batch, wrote_at = excluded.wrote_at
    where writer.last_batch < excluded.last_batch;
    if not found then
      return 'false';
    end if;
  end if;

  perform from public.api_key
  where id in (select (entry ->> 'id')::uuid from jsonb_array_elements(input -> 'entries') as entry)
  order by id
  for no key update;

  update public.api_key set last_used_at = greatest(api_key.last_used_at, used.last_used_at)
  from (
    select (entry ->> 'id')::uuid as id, max((entry ->> 'lastUsedAt')::timestamptz) as last_used_at
    from jsonb_array_elements(input -> 'entries') as entry
    group by 1
  ) as used
  where api_key.id = used.id and used.last_used_at is not null;

  insert into public.api_key_usage as usage (key_id, hour, allowed, refused)
  select api_key.id, (entry ->> 'hour')::timestamptz, (entry ->> 'allowed')::bigint, (entry ->> 'refused')::bigint
  from jsonb_array_elements(input -> 'entries') as entry
  join public.api_key on api_key.id = (entry ->> 'id')::uuid
  order by 1, 2
  on conflict (key_id, hour) do update set
    allowed = usage.allowed + excluded.allowed,
    refused = usage.refused + excluded.refused;

  delete from public.api_key_usage as usage
  using jsonb_array_elements(input -> 'entries') as entry
  where usage.key_id = (entry ->> 'id')::uuid
    and usage.hour < (entry ->> 'hour')::timestamptz - interval '90 days';
  return 'true';
end
$$;

-- Adds up the usage by hour or day, oldest first: of the key `id`, or without it of all keys of `owner`. Returns null for an
-- unknown key, and for a key of another owner.
create or replace function public.read_api_key_usage(input jsonb) returns jsonb
language sql
stable
set search_path = ''
as $$
  with counted as (
    select id from public.api_key
    where id = (input ->> 'id')::uuid and (input ->> 'owner' is null or owner = input ->> 'owner')
    union all
    select id from public.api_key where owner = input ->> 'owner' and input ->> 'id' is null
  )
  select coalesce(jsonb_agg(to_jsonb(bucket) order by bucket."startsAt"), '[]')
  from (
    select
      date_trunc(input ->> 'unit', hour, 'UTC') as "startsAt",
      sum(allowed)::bigint as allowed,
      sum(refused)::bigint as refused
    from public.api_key_usage
    where key_id in (select counted.id from counted) and hour >= (input ->> 'from')::timestamptz
    group by 1
  ) as bucket
  having public.check_visible_rows('r', 'public.api_key', 'public.api_key_usage') is null
    and (input ->> 'id' is null or exists (select from counted))
$$;

-- Lists the audit trail of a key, newest first; with `after`, the entries that follow that one. Returns null for an unknown
-- key, and for a key of another owner.
create or replace function public.read_api_key_audit(input jsonb) returns jsonb
language sql
stable
set search_path = ''
as $$
  select coalesce(
    jsonb_agg(
      jsonb_build_object('id', id::text, 'at', at, 'actor', actor, 'action', action, 'changes', changes)
      order by id desc
    ),
    '[]'
  )
  from (
    select * from public.api_key_audit
    where key_id = (input ->> 'id')::uuid
      and id < case when input ->> 'after' is null then 9223372036854775807 else (
        select last.id from public.api_key_audit as last
        where last.key_id = (input ->> 'id')::uuid
          -- The id may come from a URL.
          and last.id = case when input ->> 'after' ~ '^[0-9]{1,18}$' then (input ->> 'after')::bigint end
      ) end
    order by id desc
    limit (input ->> 'limit')::integer
  ) as entry
  having public.check_visible_rows('r', 'public.api_key_audit') is null and public.get_api_key(input) is not null
$$;
