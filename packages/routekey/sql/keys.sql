-- Reads and changes keys.
--
-- Each function takes one JSON document and returns one, so that the Postgres store and the Supabase store work the same. The
-- functions run with the rights of the caller. The time in `at` comes from read_api_key_clock, so that the clock of the database
-- decides, which all processes share.

-- The clock of the database.
create or replace function public.read_api_key_clock(input jsonb) returns jsonb
language sql
set search_path = ''
as $$
  select to_jsonb(clock_timestamp())
$$;

-- Returns a key as the library reads it.
create or replace function public.describe_api_key(api_key public.api_key) returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object(
    'id', api_key.id,
    'owner', api_key.owner,
    'name', api_key.name,
    'start', api_key.start,
    'scopes', api_key.scopes,
    'limits', api_key.limits,
    'allowedIps', api_key.allowed_ips,
    'metadata', api_key.metadata,
    'createdAt', api_key.created_at,
    'expiresAt', api_key.expires_at,
    'graceEndsAt', api_key.grace_ends_at,
    'disabledAt', api_key.disabled_at,
    'revokedAt', api_key.revoked_at,
    'lastUsedAt', api_key.last_used_at
  )
$$;

-- Turns a JSON array of texts into an array.
create or replace function public.read_api_key_texts(input jsonb) returns text[]
language sql
immutable
set search_path = ''
as $$
  select coalesce(array_agg(item.value order by item.position), '{}')
  from jsonb_array_elements_text(input) with ordinality as item (value, position)
$$;

-- Adds an entry to the audit trail, unless nothing changed.
create or replace function public.audit_api_key(target public.api_key, before jsonb, action text, input jsonb) returns void
language sql
set search_path = ''
as $$
  insert into public.api_key_audit (key_id, at, actor, action, changes)
  select target.id, (input ->> 'at')::timestamptz, input ->> 'actor', audit_api_key.action, changed.properties
  from (
    select jsonb_object_agg(after.key, jsonb_build_object('from', before -> after.key, 'to', after.value)) as properties
    from jsonb_each(public.describe_api_key(target)) as after
    where after.value is distinct from before -> after.key
  ) as changed
  where changed.properties is not null
$$;

-- Returns null if the owner already has `maximumKeys` keys that are neither revoked nor expired, and a refusal for an owner who
-- is not active.
--
-- Deleting an owner takes the same lock, so a key is created before the deletion, which deletes it, or not at all.
create or replace function public.create_api_key(input jsonb) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  created public.api_key;
begin
  -- Its snapshot is older than the lock, so it would see neither the keys nor the end of the owner that it waited for.
  if current_setting('transaction_isolation') = 'repeatable read' then
    raise exception 'create_api_key cannot count keys in a repeatable read transaction. Use read committed.'
      using errcode = 'feature_not_supported';
  end if;
  perform public.check_visible_rows('r', 'public.api_key');
  perform public.lock_api_key_owner(input ->> 'owner');
  if public.get_api_key_owner_state(input ->> 'owner') is distinct from 'active' then
    return '{"refusal": "inactive_owner"}';
  end if;
  if (
    select count(*) from public.api_key
    where owner = input ->> 'owner'
      and revoked_at is null
      and (expires_at is null or expires_at > (input ->> 'at')::timestamptz)
  ) >= (input ->> 'maximumKeys')::integer then
    return null;
  end if;

  insert into public.api_key (
    id, owner, name, start, scopes, limits, allowed_ips, metadata, created_at, expires_at
  )
  values (
    (input ->> 'id')::uuid,
    input ->> 'owner',
    input ->> 'name',
    input ->> 'start',
    public.read_api_key_texts(input -> 'scopes'),
    input -> 'limits',
    public.read_api_key_texts(input -> 'allowedIps'),
    input -> 'metadata',
    (input ->> 'at')::timestamptz,
    (input ->> 'expiresAt')::timestamptz
  )
  returning * into created;
  insert into public.api_key_secret (hash, key_id, is_current) values (input ->> 'hash', created.id, true);
  insert into public.api_key_audit (key_id, at, actor, action, changes)
  values (created.id, created.created_at, input ->> 'actor', 'created', '{}');
  return public.describe_api_key(created);
end
$$;

-- Finds a key by its hash: the one read of a request. `now` decides whether the key has expired.
create or replace function public.find_api_key(input jsonb) returns jsonb
language sql
stable
set search_path = ''
as $$
  select coalesce(
    (
      select jsonb_build_object(
        'record', public.describe_api_key(api_key),
        'isCurrent', secret.is_current,
        'graceEndsAt', secret.grace_ends_at,
        'isOwnerActive', public.get_api_key_owner_state(api_key.owner) is not distinct from 'active',
        'now', statement_timestamp()
      )
      from public.api_key_secret as secret
      join public.api_key on api_key.id = secret.key_id
      where secret.hash = input ->> 'hash'
    ),
    public.check_visible_rows('r', 'public.api_key', 'public.api_key_secret')
  )
$$;

-- Returns null for an unknown key, and for a key of an owner other than `owner`, if that is given.
create or replace function public.get_api_key(input jsonb) returns jsonb
language sql
stable
set search_path = ''
as $$
  select coalesce(
    (
      select public.describe_api_key(api_key)
      from public.api_key
      where api_key.id = (input ->> 'id')::uuid
        and (input ->> 'owner' is null or api_key.owner = input ->> 'owner')
    ),
    public.check_visible_rows('r', 'public.api_key')
  )
$$;

-- Lists keys, newest first: of one owner or of all, and usable (neither revoked nor expired), ended, or both.
create or replace function public.list_api_keys(input jsonb) returns jsonb
language plpgsql
stable
set search_path = ''
-- A plan for the filters of this call can use their index; one plan for all calls cannot.
set plan_cache_mode = force_custom_plan
as $$
declare
  of_owner text := input ->> 'owner';
  is_usable boolean := input ->> 'state' = 'usable';
  at timestamptz := coalesce((input ->> 'at')::timestamptz, statement_timestamp());
  after_id uuid := input ->> 'after';
  page_size integer := input ->> 'limit';
begin
  perform public.check_visible_rows('r', 'public.api_key');
  return (
    select coalesce(
      jsonb_agg(public.describe_api_key(api_key) order by api_key.created_at desc, api_key.id desc),
      '[]'
    )
    from (
      select * from public.api_key
      where (of_owner is null or owner = of_owner)
        and (is_usable is null or is_usable = (revoked_at is null and (expires_at is null or expires_at > at)))
        and (after_id is null or (created_at, id) < (
          select last.created_at, last.id from public.api_key as last
          where last.id = after_id and (of_owner is null or last.owner = of_owner)
        ))
      order by created_at desc, id desc
      limit page_size
    ) as api_key
  );
end
$$;

-- Sets the properties in `set`; `graceEndsAt` can only be null, which ends the previous secret. Returns null for an unknown key,
-- and for a revoked key unless it is revoked again.
create or replace function public.change_api_key(input jsonb) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  changed public.api_key;
  properties jsonb := input -> 'set';
  before jsonb;
begin
  perform public.check_visible_rows('rw', 'public.api_key', 'public.api_key_secret');
  select * into changed from public.api_key
  where id = (input ->> 'id')::uuid and (input ->> 'owner' is null or owner = input ->> 'owner')
  for update;
  if not found then
    return null;
  end if;
  before := public.describe_api_key(changed);
  if changed.revoked_at is not null then
    return case when input ->> 'action' = 'revoked' then before end;
  end if;

  update public.api_key set
    name = coalesce(properties ->> 'name', name),
    scopes = case
      when properties ? 'scopes' then public.read_api_key_texts(properties -> 'scopes')
      else scopes
    end,
    limits = coalesce(properties -> 'limits', limits),
    allowed_ips = case
      when properties ? 'allowedIps' then public.read_api_key_texts(properties -> 'allowedIps')
      else allowed_ips
    end,
    metadata = coalesce(properties -> 'metadata', metadata),
    expires_at = case
      when properties ? 'expiresAt' then (properties ->> 'expiresAt')::timestamptz
      else expires_at
    end,
    -- A second call keeps the time of the first.
    disabled_at = case
      when not properties ? 'disabledAt' then disabled_at
      when properties ->> 'disabledAt' is null then null
      else coalesce(disabled_at, (properties ->> 'disabledAt')::timestamptz)
    end,
    -- Only null is accepted: a grace can end, not grow.
    grace_ends_at = case when not properties ? 'graceEndsAt' then grace_ends_at end,
    revoked_at = (properties ->> 'revokedAt')::timestamptz
  where id = changed.id
  returning * into changed;
  if properties ? 'graceEndsAt' then
    update public.api_key_secret set grace_ends_at = least(grace_ends_at, (input ->> 'at')::timestamptz)
    where key_id = changed.id and not is_current;
  end if;

  perform public.audit_api_key(changed, before, input ->> 'action', input);
  return public.describe_api_key(changed);
end
$$;

-- Replaces the current hash. It stays valid until the grace ends, but never longer than the key; the hash before it is deleted.
-- Returns null for an unknown, revoked or expired key.
create or replace function public.rotate_api_key(input jsonb) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  rotated public.api_key;
  rotated_at timestamptz := input ->> 'at';
  grace_end timestamptz;
  before jsonb;
begin
  perform public.check_visible_rows('rw', 'public.api_key', 'public.api_key_secret');
  perform public.check_visible_rows('d', 'public.api_key_secret');
  select * into rotated from public.api_key
  where id = (input ->> 'id')::uuid
    and (input ->> 'owner' is null or owner = input ->> 'owner')
    and revoked_at is null
    and (expires_at is null or expires_at > rotated_at)
  for update;
  if not found then
    return null;
  end if;
  before := public.describe_api_key(rotated);
  grace_end := least((input ->> 'graceEndsAt')::timestamptz, rotated.expires_at);

  delete from public.api_key_secret where key_id = rotated.id and not is_current;
  update public.api_key_secret set is_current = false, grace_ends_at = grace_end where key_id = rotated.id;
  insert into public.api_key_secret (hash, key_id, is_current) values (input ->> 'hash', rotated.id, true);
  update public.api_key set
    start = input ->> 'start',
    grace_ends_at = case when grace_end > rotated_at then grace_end end
  where id = rotated.id
  returning * into rotated;

  perform public.audit_api_key(rotated, before, 'rotated', input);
  return public.describe_api_key(rotated);
end
$$;

-- Revokes every key of an owner that is not revoked yet, and returns how many. Keys are locked in the order of their ids here
-- and in the functions below, so that no two calls wait for each other.
create or replace function public.revoke_api_keys(input jsonb) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  key_id uuid;
  revoked integer := 0;
  revocation jsonb := input
    || jsonb_build_object('action', 'revoked', 'set', jsonb_build_object('revokedAt', input -> 'at'));
begin
  perform public.check_visible_rows('rw', 'public.api_key');
  for key_id in
    select id from public.api_key where owner = input ->> 'owner' and revoked_at is null order by id for update
  loop
    perform public.change_api_key(revocation || jsonb_build_object('id', key_id));
    revoked := revoked + 1;
  end loop;
  return to_jsonb(revoked);
end
$$;

-- Deletes every key of an owner with its hashes, usage and audit trail, and returns how many.
create or replace function public.delete_api_keys(input jsonb) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  deleted integer;
begin
  perform public.check_visible_rows('rwd', 'public.api_key');
  perform public.lock_api_key_owner(input ->> 'owner');
  -- Keys are locked in the order of their ids, as in the functions that change several.
  perform from public.api_key where owner = input ->> 'owner' order by id for update;
  delete from public.api_key where owner = input ->> 'owner';
  get diagnostics deleted = row_count;
  return to_jsonb(deleted);
end
$$;

-- Notifies processes that cache keys. `last_used_at` is not among the columns, because it changes with every use.
create or replace function public.announce_api_key_change() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  perform pg_notify('api_key_changed', old.id::text);
  return null;
end
$$;

create or replace trigger announce_api_key_change
  after delete or update of
    owner, name, start, scopes, limits, allowed_ips, metadata, expires_at, grace_ends_at, disabled_at, revoked_at
  on public.api_key
  for each row execute function public.announce_api_key_change();
