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
