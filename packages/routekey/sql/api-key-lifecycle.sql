-- Ends keys with their owners, and bounds the rows of each key and owner. Apply it after api-key.sql, and on Supabase
-- api-key-lifecycle-supabase.sql after both.
--
-- Three functions and two triggers run with the rights of their owner, so that the application deletes nothing but what they
-- delete. None of them returns a key.

-- Says whether the owner of a key is `active`, `suspended` or `deleted`. Only the keys of an active owner work, and
-- prune_api_keys deletes those of a deleted one. This database cannot know: a project replaces the function with one that reads
-- its users, and keeps the name of the parameter.
create function public.get_api_key_owner_state(owner text) returns text
language sql
stable
set search_path = ''
as $$
  select 'active'::text
$$;

-- Waits until no other transaction creates or deletes keys of the owner, until the end of this transaction.
create function public.lock_api_key_owner(owner text) returns void
language sql
set search_path = ''
as $$
  select pg_advisory_xact_lock(hashtextextended('api_key of ' || lock_api_key_owner.owner, 0))
$$;

-- For a trigger on the project's users, when an owner is suspended or active again: processes that cache keys drop theirs.
create function public.announce_api_key_owner_change(owner text) returns void
language sql
set search_path = ''
as $$
  select pg_notify('api_key_changed', api_key.id::text)
  from public.api_key
  where api_key.owner = announce_api_key_owner_change.owner
$$;

-- A key has two secrets at most: the current one, and the one before, until its grace ends.
delete from public.api_key_secret as secret
where not secret.is_current
  and secret.hash <> (
    select newest.hash from public.api_key_secret as newest
    where newest.key_id = secret.key_id and not newest.is_current
    order by newest.grace_ends_at desc, newest.hash
    limit 1
  );
create unique index api_key_secret_previous on public.api_key_secret (key_id) where not is_current;

create index api_key_ended_of_owner
on public.api_key (owner, (least(revoked_at, expires_at)) desc, id desc)
where least(revoked_at, expires_at) is not null;
create index api_key_secret_grace_end on public.api_key_secret (grace_ends_at) where not is_current;
create index api_key_usage_hour on public.api_key_usage (hour);
create index api_key_audit_at on public.api_key_audit (at);

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

-- Finds a key by its hash: the one read of a request.
create or replace function public.find_api_key(input jsonb) returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object(
    'record', public.describe_api_key(api_key),
    'isCurrent', secret.is_current,
    'graceEndsAt', secret.grace_ends_at,
    'isOwnerActive', public.get_api_key_owner_state(api_key.owner) is not distinct from 'active'
  )
  from public.api_key_secret as secret
  join public.api_key on api_key.id = secret.key_id
  where secret.hash = input ->> 'hash'
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

-- Deletes every key of an owner with its hashes, usage and audit trail, and returns how many.
create or replace function public.delete_api_keys(input jsonb) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  deleted integer;
begin
  perform public.lock_api_key_owner(input ->> 'owner');
  -- Keys are locked in the order of their ids, as in the functions that change several.
  perform from public.api_key where owner = input ->> 'owner' order by id for update;
  delete from public.api_key where owner = input ->> 'owner';
  get diagnostics deleted = row_count;
  return to_jsonb(deleted);
end
$$;

-- Deletes up to `batch` keys of an owner that ended (were revoked or expired) before the 100 that ended last, and returns how
-- many. Keys that another transaction changes are skipped.
create function public.delete_oldest_ended_api_keys(owner text, at timestamptz, batch integer) returns integer
language plpgsql
set search_path = ''
as $$
declare
  deleted integer;
begin
  with excess as (
    select api_key.id
    from public.api_key
    where api_key.id in (
        select ended.id
        from public.api_key as ended
        where ended.owner = delete_oldest_ended_api_keys.owner
          and least(ended.revoked_at, ended.expires_at) <= delete_oldest_ended_api_keys.at
        order by least(ended.revoked_at, ended.expires_at) desc, ended.id desc
        limit delete_oldest_ended_api_keys.batch offset 100
      )
      -- A later expiry may have made the key usable since the list was read.
      and least(api_key.revoked_at, api_key.expires_at) <= delete_oldest_ended_api_keys.at
    for update skip locked
  )
  delete from public.api_key where id in (select excess.id from excess);
  get diagnostics deleted = row_count;
  return deleted;
end
$$;

-- Every ended key was created, so the rows of an owner are bounded at every moment.
create function public.bound_ended_api_keys() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform public.delete_oldest_ended_api_keys(new.owner, least(new.created_at, now()), 1000);
  return null;
end
$$;

create trigger bound_ended_api_keys
  after insert on public.api_key
  for each row execute function public.bound_ended_api_keys();

-- Keeps the newest 1,000 entries of a key.
create function public.bound_api_key_audit() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  delete from public.api_key_audit
  where key_id = new.key_id
    and id <= (
      select entry.id from public.api_key_audit as entry
      where entry.key_id = new.key_id
      order by entry.id desc
      limit 1 offset 1000
    );
  return null;
end
$$;

create trigger bound_api_key_audit
  after insert on public.api_key_audit
  for each row execute function public.bound_api_key_audit();

-- Where prune_api_keys continues. Its row is also a lock: of two calls at once, the second does nothing.
create table public.api_key_pruning (
  is_only_row boolean primary key default true check (is_only_row),
  last_owner text not null
);
alter table public.api_key_pruning enable row level security;
insert into public.api_key_pruning (last_owner) values ('');

comment on table public.api_key_pruning is 'One row: the owner whose keys prune_api_keys checked last.';

-- Deletes up to `batch` keys of one owner, for prune_api_keys: all of a deleted owner, and otherwise those that ended long ago.
create function public.prune_api_keys_of_owner(owner text, at timestamptz, batch integer) returns integer
language plpgsql
set search_path = ''
as $$
declare
  deleted integer;
begin
  if public.get_api_key_owner_state(owner) is distinct from 'deleted' then
    return public.delete_oldest_ended_api_keys(owner, at, batch);
  end if;
  delete from public.api_key where id in (
    select of_owner.id from public.api_key as of_owner
    where of_owner.owner = prune_api_keys_of_owner.owner
    limit batch for update skip locked
  );
  get diagnostics deleted = row_count;
  return deleted;
end
$$;

-- Deletes at most `limit` rows of each kind, and returns how many: keys of deleted owners and those that ended long ago, secrets
-- whose grace ended 30 days ago, audit entries after 365 days and hours of usage after 90 days. Each call checks `limit` owners
-- and continues after the owner that the last one ended with.
create function public.prune_api_keys(input jsonb) returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
  -- A clock that is ahead must not delete what others still need.
  pruned_at timestamptz := least((input ->> 'at')::timestamptz, now());
  batch integer := (input ->> 'limit')::integer;
  last text;
  next_owner text;
  owners integer := 0;
  keys integer := 0;
  secrets integer;
  entries integer;
  hours integer;
begin
  select last_owner into last from public.api_key_pruning for update skip locked;
  if not found then
    return '{"keys": 0, "secrets": 0, "auditEntries": 0, "usageHours": 0}';
  end if;

  while owners < batch and keys < batch loop
    select api_key.owner into next_owner from public.api_key where api_key.owner > last order by api_key.owner limit 1;
    if not found then
      last := '';
      exit;
    end if;
    keys := keys + public.prune_api_keys_of_owner(next_owner, pruned_at, batch - keys);
    owners := owners + 1;
    -- At the limit, the owner may have more, and is checked again.
    last := case when keys < batch then next_owner else last end;
  end loop;
  update public.api_key_pruning set last_owner = last;

  delete from public.api_key_secret where hash in (
    select secret.hash from public.api_key_secret as secret
    where not secret.is_current and secret.grace_ends_at < pruned_at - interval '30 days'
    limit batch for update skip locked
  );
  get diagnostics secrets = row_count;
  delete from public.api_key_audit where id in (
    select entry.id from public.api_key_audit as entry
    where entry.at < pruned_at - interval '365 days'
    limit batch for update skip locked
  );
  get diagnostics entries = row_count;
  delete from public.api_key_usage where (key_id, hour) in (
    select usage.key_id, usage.hour from public.api_key_usage as usage
    where usage.hour < pruned_at - interval '90 days'
    limit batch for update skip locked
  );
  get diagnostics hours = row_count;
  return jsonb_build_object('keys', keys, 'secrets', secrets, 'auditEntries', entries, 'usageHours', hours);
end
$$;

-- Postgres lets everyone execute a new function.
revoke all on function
  public.get_api_key_owner_state, public.lock_api_key_owner, public.announce_api_key_owner_change,
  public.delete_oldest_ended_api_keys, public.prune_api_keys_of_owner, public.prune_api_keys,
  public.bound_ended_api_keys, public.bound_api_key_audit
from public;
