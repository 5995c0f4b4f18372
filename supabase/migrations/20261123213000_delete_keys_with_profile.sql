-- A key of a user who is gone must not go on opening routes.
--
-- The owner of a key is text and may be an organisation, so no foreign key can do this. The trigger may raise: a deletion
-- that leaves working keys behind must not stand.

create function public.delete_api_keys_of_profile() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  delete from public.api_key where owner = old.id::text;
  return null;
end
$$;

revoke all on function public.delete_api_keys_of_profile() from public, anon, authenticated, service_role;

create trigger delete_api_keys_of_profile
  after delete on public.profile
  for each row execute function public.delete_api_keys_of_profile();
