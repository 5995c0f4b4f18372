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
