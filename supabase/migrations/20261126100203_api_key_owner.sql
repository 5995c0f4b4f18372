-- Says which owners of API keys are active: every owner is a user. Ends the keys of a user who is deleted softly, and tells the
-- processes that cache keys when a user is banned or no longer banned.
--
-- A deletion of the row deletes the keys by the triggers of api_keys_of_users. Auth can also only mark a user as deleted, or ban
-- one until a time. The look-up of a key refuses what a trigger misses, and
-- prune_api_keys deletes it.

create or replace function public.get_api_key_owner_state(owner text) returns text
language sql
stable
-- The service role cannot read auth.users.
security definer
set search_path = ''
as $$
  select coalesce(
    (
      select case
        when users.deleted_at is not null then 'deleted'
        when users.banned_until > now() then 'suspended'
        else 'active'
      end
      from auth.users
      -- Compared as uuid, so that the index is used. Another text is not the id of a user.
      where users.id = case
        when get_api_key_owner_state.owner ~ '^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$'
          then get_api_key_owner_state.owner::uuid
      end
    ),
    'deleted'
  )
$$;

create function public.end_api_keys_of_inactive_user() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if new.deleted_at is not null then
    perform public.delete_api_keys(jsonb_build_object('owner', new.id));
  else
    perform public.announce_api_key_owner_change(new.id::text);
  end if;
  return null;
end
$$;

create trigger end_api_keys_of_inactive_user
  after update of deleted_at, banned_until on auth.users
  for each row
  when (old.deleted_at is distinct from new.deleted_at or old.banned_until is distinct from new.banned_until)
  execute function public.end_api_keys_of_inactive_user();

revoke all on function public.end_api_keys_of_inactive_user() from public, anon, authenticated, service_role;
