-- Tells a row that does not exist from one that row-level security hides. `npx routekey sql` prints all files, in their order: they
-- need PostgreSQL 14 or newer, and can be applied to a new database, over every earlier version, and again.

-- Returns null if the caller sees every row of the tables with each command: `r` select, `w` update, `d` delete. Otherwise it raises
-- an error, because a hidden key would look like one that does not exist, and a hidden count like none.
create or replace function public.check_visible_rows(commands text, variadic tables regclass[]) returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  hiding regclass;
begin
  with applied as (
    select polrelid, polcmd, polpermissive, pg_get_expr(polqual, polrelid) as condition
    from pg_policy
    where polrelid = any (tables)
      and exists (select from unnest(polroles) as role where role = 0 or pg_has_role(role, 'usage'))
  )
  select checked.relation into hiding
  from unnest(tables) as checked (relation)
  cross join regexp_split_to_table(commands, '') as command
  where row_security_active(checked.relation)
    and not coalesce(
      (
        select bool_or(polpermissive and condition = 'true') and bool_and(polpermissive or condition = 'true')
        from applied
        where polrelid = checked.relation and polcmd in ('*', command::"char")
      ),
      false
    )
  limit 1;
  if hiding is not null then
    raise exception 'Row-level security may hide rows of % from the role "%". Connect as the owner of the tables, or create the policies that the guide to keyrings lists.', hiding, current_user
      using errcode = 'insufficient_privilege';
  end if;
  return null;
end
$$;

-- The tables of a keyring. A key is stored as a hash, in a table of its own. The other tables hold nothing that an owner must not see.

create table if not exists public.api_key (
  id uuid primary key,
  owner text not null check (char_length(owner) between 1 and 255),
  name text not null check (char_length(name) between 1 and 100),
  start text not null,
  scopes text[] not null,
  limits jsonb not null check (jsonb_typeof(limits) = 'array'),
  allowed_ips text[] not null,
  metadata jsonb not null check (jsonb_typeof(metadata) = 'object'),
  created_at timestamptz not null,
  expires_at timestamptz,
  grace_ends_at timestamptz,
  disabled_at timestamptz,
  revoked_at timestamptz,
  last_used_at timestamptz
);

comment on table public.api_key is 'One row for each API key. It holds neither the key nor its hash.';
comment on column public.api_key.owner is 'The user or organisation that the key belongs to; on Supabase, usually the id in auth.users.';
comment on column public.api_key.start is 'The first characters of the key, so that its owner recognises it.';
comment on column public.api_key.grace_ends_at is 'The key from before the last rotation is valid until then.';

create index if not exists api_key_newest on public.api_key (created_at desc, id desc);
create index if not exists api_key_newest_of_owner on public.api_key (owner, created_at desc, id desc);
create index if not exists api_key_unrevoked_of_owner on public.api_key (owner, created_at desc, id desc) where revoked_at is null;
create index if not exists api_key_ended_of_owner
on public.api_key (owner, (least(revoked_at, expires_at)) desc, id desc)
where least(revoked_at, expires_at) is not null;

create table if not exists public.api_key_secret (
  hash text primary key check (hash ~ '^[0-9a-f]{64}$'),
  key_id uuid not null references public.api_key (id) on delete cascade,
  is_current boolean not null,
  grace_ends_at timestamptz,
  check (is_current = (grace_ends_at is null))
);

comment on table public.api_key_secret is 'The hashes of each key: the current one, and those from before a rotation.';

create index if not exists api_key_secret_of_key on public.api_key_secret (key_id);
create unique index if not exists api_key_secret_current on public.api_key_secret (key_id) where is_current;

-- A key has two secrets at most: the current one, and the one before, until its grace ends. Earlier versions kept more.
delete from public.api_key_secret as secret
where not secret.is_current
  and secret.hash <> (
    select newest.hash from public.api_key_secret as newest
    where newest.key_id = secret.key_id and not newest.is_current
    order by newest.grace_ends_at desc, newest.hash
    limit 1
  );
create unique index if not exists api_key_secret_previous on public.api_key_secret (key_id) where not is_current;
create index if not exists api_key_secret_grace_end on public.api_key_secret (grace_ends_at) where not is_current;

create table if not exists public.api_key_usage (
  key_id uuid not null references public.api_key (id) on delete cascade,
  hour timestamptz not null,
  allowed bigint not null check (allowed >= 0),
  refused bigint not null check (refused >= 0),
  primary key (key_id, hour)
);

create index if not exists api_key_usage_hour on public.api_key_usage (hour);

create table if not exists public.api_key_usage_writer (
  id uuid primary key,
  last_batch bigint not null,
  wrote_at timestamptz not null
);

comment on table public.api_key_usage_writer is 'One row for each process that counts usage: the last batch that was added, which is not added again.';

create index if not exists api_key_usage_writer_wrote on public.api_key_usage_writer (wrote_at);

create table if not exists public.api_key_audit (
  id bigint generated always as identity primary key,
  key_id uuid not null references public.api_key (id) on delete cascade,
  at timestamptz not null,
  actor text,
  action text not null check (action in ('created', 'updated', 'rotated', 'disabled', 'enabled', 'revoked')),
  changes jsonb not null
);

create index if not exists api_key_audit_of_key on public.api_key_audit (key_id, id desc);
create index if not exists api_key_audit_at on public.api_key_audit (at);

-- Where prune_api_keys continues. Its row is also a lock: of two calls at once, the second does nothing.
create table if not exists public.api_key_pruning (
  is_only_row boolean primary key default true check (is_only_row),
  last_owner text not null
);
insert into public.api_key_pruning (last_owner) values ('') on conflict do nothing;

comment on table public.api_key_pruning is 'One row: the owner whose keys prune_api_keys checked last.';

-- A role that does not own the tables reads no row until a policy lets it. Only Supabase needs it, but nothing is open before its grants.
alter table public.api_key enable row level security;
alter table public.api_key_secret enable row level security;
alter table public.api_key_usage enable row level security;
alter table public.api_key_audit enable row level security;
alter table public.api_key_usage_writer enable row level security;
alter table public.api_key_pruning enable row level security;

-- The owners of keys, whom only the project knows.

-- Says whether the owner of a key is `active`, `suspended` or `deleted`. Only the keys of an active owner work, and prune_api_keys
-- deletes those of a deleted one. This database cannot know: a project replaces the function with one that reads its users, and keeps
-- the name of the parameter. So it is only created where there is none.
do $do$
begin
  if to_regprocedure('public.get_api_key_owner_state(text)') is null then
    create function public.get_api_key_owner_state(owner text) returns text
    language sql
    stable
    set search_path = ''
    as $$
      select 'active'::text
    $$;
  end if;
end
$do$;

-- Waits until no other transaction creates or deletes keys of the owner, until the end of this transaction.
create or replace function public.lock_api_key_owner(owner text) returns void
language sql
set search_path = ''
as $$
  select pg_advisory_xact_lock(hashtextextended('api_key of ' || lock_api_key_owner.owner, 0))
$$;

-- For a trigger on the project's users, when an owner is suspended or active again: processes that cache keys drop theirs.
create or replace function public.announce_api_key_owner_change(owner text) returns void
language sql
set search_path = ''
as $$
  select pg_notify('api_key_changed', api_key.id::text)
  from public.api_key
  where api_key.owner = announce_api_key_owner_change.owner
$$;

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

-- Bounds the rows of each key and owner. The triggers and prune_api_keys run with the rights of their owner, so that the application
-- deletes nothing but what they delete. None of them returns a key.

-- Deletes up to `batch` keys of an owner that ended (were revoked or expired) before the 100 that ended last, and returns how
-- many. Keys that another transaction changes are skipped.
create or replace function public.delete_oldest_ended_api_keys(owner text, at timestamptz, batch integer) returns integer
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
create or replace function public.bound_ended_api_keys() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform public.delete_oldest_ended_api_keys(new.owner, least(new.created_at, now()), 1000);
  return null;
end
$$;

create or replace trigger bound_ended_api_keys
  after insert on public.api_key
  for each row execute function public.bound_ended_api_keys();

-- Keeps the newest 1,000 entries of a key.
create or replace function public.bound_api_key_audit() returns trigger
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

create or replace trigger bound_api_key_audit
  after insert on public.api_key_audit
  for each row execute function public.bound_api_key_audit();

-- Deletes up to `batch` keys of one owner, for prune_api_keys: all of a deleted owner, and otherwise those that ended long ago.
create or replace function public.prune_api_keys_of_owner(owner text, at timestamptz, batch integer) returns integer
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
create or replace function public.prune_api_keys(input jsonb) returns jsonb
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
  perform public.check_visible_rows(
    'rwd', 'public.api_key', 'public.api_key_secret', 'public.api_key_audit', 'public.api_key_usage'
  );
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
  delete from public.api_key_usage_writer where id in (
    select writer.id from public.api_key_usage_writer as writer
    where writer.wrote_at < now() - interval '30 days'
    limit batch for update skip locked
  );
  return jsonb_build_object('keys', keys, 'secrets', secrets, 'auditEntries', entries, 'usageHours', hours);
end
$$;

-- Counters for createPostgresLimiter and createSupabaseLimiter.
--
-- The name of a counter is stored as a hash, because it may contain an e-mail or IP address. Each function takes one JSON document
-- and returns one, runs with the rights of the caller, and uses the clock of the database, which all instances share. A window
-- starts with the first call of a counter, and later calls do not extend it.

create table if not exists public.limit_counter (
  hash text primary key check (hash ~ '^[0-9a-f]{64}$'),
  points bigint not null check (points >= 0),
  ends_at timestamptz not null
);

comment on table public.limit_counter is 'One row for each counter of a limiter. It means nothing after ends_at.';

create index if not exists limit_counter_end on public.limit_counter (ends_at);

-- A role that does not own the table reads no row until a policy lets it.
alter table public.limit_counter enable row level security;

-- Returns a counter as the library reads it. `statement_timestamp` is the same in all parts of a statement, also after a wait for
-- a lock.
create or replace function public.describe_limit(limit_counter public.limit_counter) returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object(
    'points', limit_counter.points,
    'msBeforeNext', ceil(extract(epoch from limit_counter.ends_at - statement_timestamp()) * 1000)::bigint
  )
$$;

-- Adds `points` to a counter, and starts a new window if the last one is over. With a `quota`, a counter that would then have more stays
-- as it is, and the result is null. One statement, so concurrent calls count one after the other, in the order in which they get the lock
-- of the row, which they keep until the end of the transaction.
create or replace function public.add_limit_points(input jsonb) returns public.limit_counter
language plpgsql
set search_path = ''
as $$
declare
  added constant bigint := input ->> 'points';
  quota constant bigint := input ->> 'quota';
  consumed public.limit_counter;
begin
  insert into public.limit_counter as counter (hash, points, ends_at)
  values (
    input ->> 'hash',
    added,
    statement_timestamp() + make_interval(secs => (input ->> 'windowSeconds')::double precision)
  )
  on conflict (hash) do update set
    points = case
      when counter.ends_at > statement_timestamp() then
        -- The largest whole number that JSON carries exactly.
        least(counter.points + excluded.points, 9007199254740991)
      else excluded.points
    end,
    ends_at = case when counter.ends_at > statement_timestamp() then counter.ends_at else excluded.ends_at end
  where quota is null
    or added + case when counter.ends_at > statement_timestamp() then counter.points else 0 end <= quota
  returning * into consumed;

  -- Each new window deletes more rows than it adds, so the table holds little more than the current windows. It skips locked rows,
  -- so it neither waits nor deadlocks.
  if consumed.points = added then
    delete from public.limit_counter
    where hash = any (array(
      select expired.hash from public.limit_counter as expired
      where expired.ends_at <= statement_timestamp()
      order by expired.ends_at
      limit 10
      for update skip locked
    ));
  end if;
  return consumed;
end
$$;

-- Adds points to one counter, also if it then has too many.
create or replace function public.consume_limit(input jsonb) returns jsonb
language sql
set search_path = ''
as $$
  select public.describe_limit(public.add_limit_points(input))
$$;

-- Adds points to all `counters`, or to none if one of them would then have more than its quota. Returns the points that each had before,
-- in the order of the input: the caller sees from them whether the points were added. A quota of at least the points is required.
create or replace function public.consume_limits(input jsonb) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  added constant bigint := input ->> 'points';
  item record;
  consumed public.limit_counter;
  taken text[] := '{}';
  before bigint[];
begin
  for item in
    select counter.value || jsonb_build_object('points', added) as input, counter.position
    from jsonb_array_elements(input -> 'counters') with ordinality as counter (value, position)
    -- The order of locks is the same in all calls, so that no two wait for each other.
    order by counter.value ->> 'hash'
  loop
    consumed := public.add_limit_points(item.input);
    if consumed.hash is null then
      update public.limit_counter set points = points - added where hash = any (taken);
      return (
        select jsonb_agg(coalesce(current.points, 0) order by counter.position)
        from jsonb_array_elements(input -> 'counters') with ordinality as counter (value, position)
        left join public.limit_counter as current
          on current.hash = counter.value ->> 'hash' and current.ends_at > statement_timestamp()
      );
    end if;
    taken := taken || consumed.hash;
    before[item.position] := consumed.points - added;
  end loop;
  return to_jsonb(before);
end
$$;

-- Returns points to a counter. Returns null if its window is over: points must not go to the next one.
create or replace function public.reward_limit(input jsonb) returns jsonb
language sql
set search_path = ''
as $$
  with rewarded as (
    update public.limit_counter as counter
    set points = greatest(counter.points - (input ->> 'points')::bigint, 0)
    where counter.hash = input ->> 'hash' and counter.ends_at > statement_timestamp()
    returning public.describe_limit(counter) as count
  )
  select coalesce((select rewarded.count from rewarded), public.check_visible_rows('rw', 'public.limit_counter'))
$$;

-- Reads a counter; null if its window is over.
create or replace function public.get_limit(input jsonb) returns jsonb
language sql
stable
set search_path = ''
as $$
  select coalesce(
    (
      select public.describe_limit(counter)
      from public.limit_counter as counter
      where counter.hash = input ->> 'hash' and counter.ends_at > statement_timestamp()
    ),
    public.check_visible_rows('r', 'public.limit_counter')
  )
$$;

-- Deletes a counter, and returns whether there was one.
create or replace function public.delete_limit(input jsonb) returns jsonb
language sql
set search_path = ''
as $$
  with deleted as (
    delete from public.limit_counter as counter where counter.hash = input ->> 'hash' returning counter.ends_at
  )
  select coalesce(
    (select to_jsonb(deleted.ends_at > statement_timestamp()) from deleted),
    public.check_visible_rows('rd', 'public.limit_counter'),
    'false'
  )
$$;

-- Finds a key like find_api_key, and counts the request in the limits of the key, in one call. It counts only if the key surely passes
-- all other checks: for a key with `allowedIps`, and for scopes whose wildcards are not in `scopes`, the library decides, and counts
-- with consume_limits. `usedPoints` is then missing. `scopes` lists for each required scope what covers it, and the names and
-- windows of the counters are those of the library.
create or replace function public.use_api_key(input jsonb) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  found_key constant jsonb := public.find_api_key(input);
  api_key constant jsonb := found_key -> 'record';
  counters jsonb;
begin
  if api_key -> 'limits' = '[]'
    or api_key -> 'allowedIps' <> '[]'
    or api_key ->> 'revokedAt' is not null
    or api_key ->> 'disabledAt' is not null
    or (api_key ->> 'expiresAt')::timestamptz <= statement_timestamp()
    or (found_key ->> 'graceEndsAt')::timestamptz <= statement_timestamp()
    or (found_key ->> 'isOwnerActive')::boolean is not true
    or exists (
      select from jsonb_array_elements(input -> 'scopes') as required (patterns)
      where not api_key -> 'scopes' ?| public.read_api_key_texts(required.patterns)
    )
  then
    return found_key;
  end if;

  select jsonb_agg(
    jsonb_build_object(
      'hash', encode(sha256(convert_to(
        concat_ws(':', api_key ->> 'id', own.name, own.seconds, floor(extract(epoch from statement_timestamp()) / own.seconds)),
        'UTF8'
      )), 'hex'),
      'quota', least(own.quota, (input ->> 'points')::bigint),
      'windowSeconds', own.seconds + 60
    )
    order by own.position
  )
  into counters
  from (
    select value ->> 'name' as name, (value ->> 'quota')::bigint as quota, (value ->> 'windowSeconds')::bigint as seconds, position
    from jsonb_array_elements(api_key -> 'limits') with ordinality as element (value, position)
  ) as own
  having min(least(own.quota, (input ->> 'points')::bigint)) >= (input ->> 'cost')::bigint;
  if counters is null then
    return found_key;
  end if;
  return found_key || jsonb_build_object(
    'usedPoints', public.consume_limits(jsonb_build_object('points', input -> 'cost', 'counters', counters))
  );
end
$$;

-- Postgres lets everyone execute a new function.
revoke all on function
  public.check_visible_rows, public.describe_api_key, public.read_api_key_texts, public.audit_api_key, public.read_api_key_clock,
  public.create_api_key, public.find_api_key, public.get_api_key, public.list_api_keys, public.change_api_key,
  public.rotate_api_key, public.revoke_api_keys, public.delete_api_keys, public.record_api_key_usage,
  public.read_api_key_usage, public.read_api_key_audit, public.get_api_key_owner_state, public.lock_api_key_owner,
  public.prune_api_keys,
  public.describe_limit, public.add_limit_points, public.consume_limit, public.consume_limits, public.reward_limit, public.get_limit,
  public.delete_limit, public.use_api_key,
  public.announce_api_key_change, public.announce_api_key_owner_change, public.delete_oldest_ended_api_keys,
  public.prune_api_keys_of_owner, public.bound_ended_api_keys, public.bound_api_key_audit
from public;

-- What a keyring and its limiter need on Supabase, after the output of `npx routekey sql`. Owners read their own keys, usage and audit
-- trail through the Data API. Only the service role changes them, and only it reads a hash or uses the counters of limiters. It deletes
-- no key and changes no entry of the audit trail, except through the functions.
--
-- Supabase may grant new tables and functions to all of its API roles, depending on the age and settings of the project. So
-- everything is revoked first.

revoke all on table
  public.api_key, public.api_key_secret, public.api_key_usage, public.api_key_usage_writer, public.api_key_audit,
  public.api_key_pruning, public.limit_counter
from public, anon, authenticated, service_role;
revoke all on sequence public.api_key_audit_id_seq from public, anon, authenticated, service_role;
grant select on table public.api_key, public.api_key_usage, public.api_key_audit to authenticated;
grant select, insert, update on table public.api_key, public.api_key_usage_writer to service_role;
grant select, insert on table public.api_key_audit to service_role;
grant select, insert, update, delete
on table public.api_key_secret, public.api_key_usage, public.limit_counter
to service_role;

revoke all on function
  public.check_visible_rows, public.describe_api_key, public.read_api_key_texts, public.audit_api_key, public.read_api_key_clock,
  public.create_api_key, public.find_api_key, public.get_api_key, public.list_api_keys, public.change_api_key,
  public.rotate_api_key, public.revoke_api_keys, public.delete_api_keys, public.record_api_key_usage,
  public.read_api_key_usage, public.read_api_key_audit, public.get_api_key_owner_state, public.lock_api_key_owner,
  public.prune_api_keys,
  public.describe_limit, public.add_limit_points, public.consume_limit, public.consume_limits, public.reward_limit, public.get_limit,
  public.delete_limit, public.use_api_key,
  public.announce_api_key_change, public.announce_api_key_owner_change, public.delete_oldest_ended_api_keys,
  public.prune_api_keys_of_owner, public.bound_ended_api_keys, public.bound_api_key_audit
from public, anon, authenticated, service_role;
grant execute on function
  public.check_visible_rows, public.describe_api_key, public.read_api_key_texts, public.audit_api_key, public.read_api_key_clock,
  public.create_api_key, public.find_api_key, public.get_api_key, public.list_api_keys, public.change_api_key,
  public.rotate_api_key, public.revoke_api_keys, public.delete_api_keys, public.record_api_key_usage,
  public.read_api_key_usage, public.read_api_key_audit, public.get_api_key_owner_state, public.lock_api_key_owner,
  public.prune_api_keys,
  public.describe_limit, public.add_limit_points, public.consume_limit, public.consume_limits, public.reward_limit, public.get_limit,
  public.delete_limit, public.use_api_key
to service_role;

-- Returns the owners whose keys the signed-in user may read: the user. A project whose organisations own keys replaces the function
-- with one that also returns the organisations of auth.uid(). So it is only created where there is none.
do $do$
begin
  if to_regprocedure('public.list_readable_api_key_owners()') is null then
    create function public.list_readable_api_key_owners() returns setof text
    language sql
    stable
    set search_path = ''
    as $$
      select auth.uid()::text
    $$;
    revoke all on function public.list_readable_api_key_owners() from public, anon;
    grant execute on function public.list_readable_api_key_owners() to authenticated, service_role;
  end if;
end
$do$;

-- As an array, the owners are read once for each statement, and the index of owners is used.
drop policy if exists "Owners can read their own keys" on public.api_key;
create policy "Owners can read their own keys" on public.api_key
  for select to authenticated
  using (owner = any (array(select public.list_readable_api_key_owners())));

drop policy if exists "Owners can read the usage of their own keys" on public.api_key_usage;
create policy "Owners can read the usage of their own keys" on public.api_key_usage
  for select to authenticated
  using (key_id in (select api_key.id from public.api_key where api_key.owner = any (array(select public.list_readable_api_key_owners()))));

drop policy if exists "Owners can read the audit trail of their own keys" on public.api_key_audit;
create policy "Owners can read the audit trail of their own keys" on public.api_key_audit
  for select to authenticated
  using (key_id in (select api_key.id from public.api_key where api_key.owner = any (array(select public.list_readable_api_key_owners()))));
