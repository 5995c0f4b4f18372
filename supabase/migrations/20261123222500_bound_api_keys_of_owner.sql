-- Holds every owner to 25 API keys that are neither revoked nor expired.
--
-- Here and not in the application, because two requests at once would both count 24. It counts when a key is made: a key that
-- comes back to life, by a later expiry, is not refused.

create index api_key_unrevoked_of_owner on public.api_key (owner, created_at desc, id desc) where revoked_at is null;

create function public.bound_api_keys_of_owner() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  -- Whoever else makes a key for this owner waits here until this one is committed, and then counts it.
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('api_key of ' || new.owner, 0));
  if (
    select count(*) from public.api_key
    where owner = new.owner and revoked_at is null and (expires_at is null or expires_at > new.created_at)
  ) >= 25 then
    -- PostgREST gives PT and three digits on as they are, with that status.
    raise exception 'An owner has at most 25 API keys that are neither revoked nor expired' using errcode = 'PT409';
  end if;
  return new;
end
$$;

revoke all on function public.bound_api_keys_of_owner() from public, anon, authenticated, service_role;

create trigger bound_api_keys_of_owner
  before insert on public.api_key
  for each row execute function public.bound_api_keys_of_owner();
